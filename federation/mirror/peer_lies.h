#pragma once
// Which peers of a run sent what does not hash to what was asked for: they are not asked any more.

#include <map>
#include <string>
#include <vector>

#include "federation/transfer/peer_source.h"
#include "storage/base/mutex.h"

namespace banyan::federation {

struct PeerLie {
  std::string peer;  // its address
  std::string what;
};

// Thread safe.
class PeerLies {
 public:
  void Note(const PeerSource& peer, const std::string& what) EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    if (liars_.emplace(&peer, what).second) list_.push_back({peer.Name(), what});
  }
  // What it sent; nullopt: nothing wrong yet.
  std::optional<std::string> Of(const PeerSource& peer) const EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    const auto found = liars_.find(&peer);
    return found == liars_.end() ? std::nullopt : std::optional(found->second);
  }
  std::vector<PeerLie> list() const EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    return list_;
  }

 private:
  mutable Mutex mutex_;
  std::map<const PeerSource*, std::string> liars_ GUARDED_BY(mutex_);
  std::vector<PeerLie> list_ GUARDED_BY(mutex_);
};

}  // namespace banyan::federation
