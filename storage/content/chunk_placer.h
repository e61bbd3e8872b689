#pragma once
// Finds or stores single chunks for one writer: the dedup look-up, the encoding and the append.

#include <optional>

#include "storage/content/chunk_finder.h"

namespace banyan::storage {

// Used by one thread. Callers hold the store's collection lock (shared) from a call until the
// location is in a recipe or range that collection sees.
class ChunkPlacer {
 public:
  // `cache`: for what it stores.
  ChunkPlacer(PackStore& packs, ChunkIndex& index, Pack::PageCache cache = Pack::PageCache::Use)
      : packs_(packs), index_(index), finder_(packs, index), cache_(cache) {}

  // Any live copy, or nullopt.
  Result<std::optional<ChunkLocation>> Locate(const ChunkId& id) { return finder_.Locate(id); }
  // Locate, else encode and append. `raw` must hash to `id`.
  Result<ChunkLocation> Place(const ChunkId& id, ByteView raw);
  // Appends a chunk that is already encoded and verified, without looking for another copy.
  Result<ChunkLocation> Append(const ChunkId& id, const EncodedChunk& chunk,
                               std::uint32_t raw_bytes);
  // Gives the open pack back for other writers; a later Append takes one again.
  void ReleasePack() { lease_.reset(); }

 private:
  PackStore& packs_;
  ChunkIndex& index_;
  ChunkFinder finder_;
  const Pack::PageCache cache_;
  ChunkEncoder encoder_;
  std::optional<PackStore::Lease> lease_;
};

}  // namespace banyan::storage
