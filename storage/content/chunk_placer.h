#pragma once
// Finds or stores single chunks for one writer: the dedup look-up, the encoding and the append.
// What is found is in the writer's scope. Of a chunk that is stored elsewhere only, a copy is
// appended as if the node did not have it: neither the order nor the encoding in which chunks lie,
// nor the time of an upload, tells of other owners' content.

#include <optional>

#include "storage/content/chunk_finder.h"

namespace banyan::storage {

// Used by one thread. Callers hold the store's collection lock (shared) from a call until the
// location is in a recipe or range that collection sees.
class ChunkPlacer {
 public:
  // `scope`: of what it may find; with files that other writers of the repository know too
  // (RepositoryPlaces), so that what arrives at the same time is stored once. `cache`: for what it
  // stores.
  ChunkPlacer(PackStore& packs, ChunkIndex& index, ChunkScope scope,
              Pack::PageCache cache = Pack::PageCache::Use)
      : packs_(packs),
        index_(index),
        scope_(std::move(scope)),
        finder_(packs, index),
        cache_(cache) {}

  // A live copy in scope, or nullopt.
  Result<std::optional<ChunkLocation>> Locate(const ChunkId& id) {
    return finder_.Locate(id, scope_);
  }
  // Locate, else encode and append. `raw` must hash to `id`.
  Result<ChunkLocation> Place(const ChunkId& id, ByteView raw);
  // Appends a chunk that is already encoded and verified, without looking for another copy. It is
  // in scope from then on.
  Result<ChunkLocation> Append(const ChunkId& id, const EncodedChunk& chunk,
                               std::uint32_t raw_bytes);
  // Looks again at what is public.
  void Refresh() { scope_.Refresh(); }
  // Gives the open pack back for other writers; a later Append takes one again.
  void ReleasePack() { lease_.reset(); }

 private:
  PackStore& packs_;
  ChunkIndex& index_;
  ChunkScope scope_;
  ChunkFinder finder_;
  const Pack::PageCache cache_;
  ChunkEncoder encoder_;
  std::optional<PackStore::Lease> lease_;
};

}  // namespace banyan::storage
