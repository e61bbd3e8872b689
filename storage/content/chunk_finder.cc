#include "storage/content/chunk_finder.h"

namespace banyan::storage {

Result<std::optional<ChunkLocation>> ChunkFinder::Locate(const ChunkId& id, ChunkScope& scope) {
  if (last_pack_) {
    // Collection may have rewritten the pack: then this object knows nothing of what was dropped.
    const auto current = packs_.Get(last_pack_->id());
    if (!current || *current != last_pack_) last_pack_.reset();
  }
  if (last_pack_) {
    const PackEntry next = last_pack_->entry(next_index_);
    const ChunkLocation at{last_pack_->id(), next_index_};
    if (next.raw_bytes > 0 && next.id == id && !next.dropped &&
        !last_pack_->IsDamaged(next_index_) && TRY(scope.Judge(at)) == Visibility::Visible) {
      ++next_index_;
      return std::optional(at);
    }
  }
  for (const PackId candidate : index_.Find(id)) {
    const auto at = TRY(LocateIn(candidate, id, scope));
    if (at) return at;
  }
  return std::optional<ChunkLocation>();
}

Result<std::optional<ChunkLocation>> ChunkFinder::LocateIn(PackId candidate, const ChunkId& id,
                                                           ChunkScope& scope) {
  const std::optional<ChunkLocation> none;
  if (TRY(scope.JudgePack(candidate)) == Visibility::Hidden) return none;
  auto pack = packs_.Get(candidate);
  if (!pack) {
    // A stale entry of the index, or a pack that is damaged as a whole.
    const auto code = pack.error().code();
    if (code == Errc::NotFound || code == Errc::Corrupt || code == Errc::Io) return none;
    return pack.error();
  }
  for (const std::uint32_t index : (*pack)->Find(id)) {
    const ChunkLocation at{candidate, index};
    if (TRY(scope.Judge(at)) == Visibility::Hidden) continue;
    last_pack_ = *pack;
    next_index_ = index + 1;
    return std::optional(at);
  }
  return none;
}

}  // namespace banyan::storage
