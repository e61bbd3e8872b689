#pragma once
// What came of chunks before their peers broke off, for the next exchange with the same peer, which
// goes on from there. On links that often fail every exchange would else lose half a chunk.

#include <deque>
#include <set>

#include "federation/mirror/section_tables.h"

namespace banyan::federation {

// Thread safe.
class BrokenChunks {
 public:
  static constexpr std::size_t kMost = 32;  // then the oldest is forgotten

  struct Place {
    const PeerSource* peer = nullptr;
    FileHash file;
    std::size_t section = 0;
    std::size_t chunk = 0;  // of the section
    bool operator==(const Place&) const = default;
  };
  // `begun`: the first bytes of the payload that the peer's data table states as `entry`.
  void Keep(const Place& place, const storage::BatchEntry& entry, ByteView begun) EXCLUDES(mutex_);
  // Kept no longer then. Empty: there is nothing of that payload.
  Bytes Take(const Place& place, const storage::BatchEntry& entry) EXCLUDES(mutex_);
  // The chunk is here, from whomever.
  void Forget(const ProvenSection& section, std::size_t chunk) EXCLUDES(mutex_);
  // What was pieced together was wrong: nothing of the peer is kept any more.
  void Distrust(const PeerSource& peer) EXCLUDES(mutex_);

 private:
  struct Begun {
    Place place;
    storage::BatchEntry entry;
    Bytes bytes;
  };
  Mutex mutex_;
  std::deque<Begun> begun_ GUARDED_BY(mutex_);  // the oldest first
  std::set<const PeerSource*> distrusted_ GUARDED_BY(mutex_);
};

}  // namespace banyan::federation
