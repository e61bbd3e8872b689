#pragma once
// What came of chunks before their peer broke off, for the next exchange with that peer, which goes
// on from there. On links that often fail every exchange would else lose half a chunk.

#include <map>

#include "federation/transfer/peer_source.h"
#include "storage/base/mutex.h"
#include "storage/content/chunk_batch.h"

namespace banyan::federation {

// Those of one section. Thread safe.
class BrokenChunks {
 public:
  static constexpr std::size_t kMost = 32;  // of all peers; more are dropped

  // `begun`: the first bytes of the payload that the peer's data table states as `entry`.
  void Keep(const PeerSource& peer, std::size_t chunk, const storage::BatchEntry& entry,
            ByteView begun) EXCLUDES(mutex_);
  // Kept no longer then. Empty: there is nothing of that payload.
  Bytes Take(const PeerSource& peer, std::size_t chunk, const storage::BatchEntry& entry)
      EXCLUDES(mutex_);
  // What was pieced together was wrong: nothing of the peer is kept any more.
  void Distrust(const PeerSource& peer) EXCLUDES(mutex_);

 private:
  struct Begun {
    storage::BatchEntry entry;
    Bytes bytes;
  };
  struct OfPeer {
    bool is_distrusted = false;
    std::map<std::size_t, Begun> chunks;
  };
  Mutex mutex_;
  std::map<const PeerSource*, OfPeer> peers_ GUARDED_BY(mutex_);
  std::size_t count_ GUARDED_BY(mutex_) = 0;
};

}  // namespace banyan::federation
