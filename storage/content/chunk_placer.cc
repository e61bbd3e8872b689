#include "storage/content/chunk_placer.h"

namespace banyan::storage {

Result<ChunkLocation> ChunkPlacer::Place(const ChunkId& id, ByteView raw) {
  if (const auto found = TRY(Locate(id))) return *found;
  return Append(id, encoder_.Encode(raw), static_cast<std::uint32_t>(raw.size()));
}

Result<ChunkLocation> ChunkPlacer::Append(const ChunkId& id, const EncodedChunk& chunk,
                                          std::uint32_t raw_bytes) {
  if (!lease_ || !(*lease_)->HasRoom(kMaxChunkBytes)) {
    lease_.reset();
    lease_.emplace(TRY(packs_.Acquire()));
    (*lease_)->Use(cache_);
  }
  const std::uint32_t index = TRY((*lease_)->Append(id, chunk, raw_bytes));
  const PackId pack = (*lease_)->id();
  index_.Insert(id, pack);
  scope_.AddPlaced({pack, index, 1, raw_bytes});
  return ChunkLocation{pack, index};
}

}  // namespace banyan::storage
