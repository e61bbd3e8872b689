#include "federation/mirror/broken_chunks.h"

#include <utility>

namespace banyan::federation {

void BrokenChunks::Keep(const PeerSource& peer, std::size_t chunk, const storage::BatchEntry& entry,
                        ByteView begun) {
  const MutexLock lock(mutex_);
  OfPeer& of_peer = peers_[&peer];
  if (of_peer.is_distrusted || count_ >= kMost) return;
  const bool is_new =
      of_peer.chunks.insert_or_assign(chunk, Begun{entry, Bytes(begun.begin(), begun.end())})
          .second;
  if (is_new) ++count_;
}

Bytes BrokenChunks::Take(const PeerSource& peer, std::size_t chunk,
                         const storage::BatchEntry& entry) {
  const MutexLock lock(mutex_);
  auto& chunks = peers_[&peer].chunks;
  const auto found = chunks.find(chunk);
  if (found == chunks.end()) return {};
  Begun begun = std::move(found->second);
  chunks.erase(found);
  --count_;
  return begun.entry == entry ? std::move(begun.bytes) : Bytes();
}

void BrokenChunks::Distrust(const PeerSource& peer) {
  const MutexLock lock(mutex_);
  OfPeer& of_peer = peers_[&peer];
  of_peer.is_distrusted = true;
  count_ -= of_peer.chunks.size();
  of_peer.chunks.clear();
}

}  // namespace banyan::federation
