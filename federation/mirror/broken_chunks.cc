#include "federation/mirror/broken_chunks.h"

#include <algorithm>
#include <utility>

namespace banyan::federation {

void BrokenChunks::Keep(const Place& place, const storage::BatchEntry& entry, ByteView begun) {
  const MutexLock lock(mutex_);
  if (distrusted_.contains(place.peer)) return;
  std::erase_if(begun_, [&](const Begun& other) { return other.place == place; });
  if (begun_.size() == kMost) begun_.pop_front();
  begun_.push_back({place, entry, Bytes(begun.begin(), begun.end())});
}

Bytes BrokenChunks::Take(const Place& place, const storage::BatchEntry& entry) {
  const MutexLock lock(mutex_);
  const auto found = std::ranges::find(begun_, place, &Begun::place);
  if (found == begun_.end()) return {};
  const Begun begun = std::move(*found);
  begun_.erase(found);
  return begun.entry == entry ? begun.bytes : Bytes();
}

void BrokenChunks::Forget(const ProvenSection& section, std::size_t chunk) {
  const MutexLock lock(mutex_);
  std::erase_if(begun_, [&](const Begun& begun) {
    const auto& place = begun.place;
    return place.chunk == chunk && place.section == section.index && place.file == section.file;
  });
}

void BrokenChunks::Distrust(const PeerSource& peer) {
  const MutexLock lock(mutex_);
  distrusted_.insert(&peer);
  std::erase_if(begun_, [&](const Begun& begun) { return begun.place.peer == &peer; });
}

}  // namespace banyan::federation
