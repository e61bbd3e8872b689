#pragma once
// Finds stored chunks by their ids: the dedup look-up.

#include <memory>
#include <optional>

#include "storage/content/chunk_index.h"
#include "storage/content/chunk_scope.h"
#include "storage/content/pack_store.h"

namespace banyan::storage {

// Used by one thread. Callers hold the store's collection lock (shared) from a call until the
// location is in a recipe or range that collection sees.
class ChunkFinder {
 public:
  ChunkFinder(PackStore& packs, ChunkIndex& index) : packs_(packs), index_(index) {}

  // Where a live copy in scope is, or nullopt. Looks first where the last found chunk's neighbour
  // would be: repeated content is found run by run, without the index. A pack that has nothing in
  // scope is not opened, so that what it has does not show in the time either.
  Result<std::optional<ChunkLocation>> Locate(const ChunkId& id, ChunkScope& scope);

 private:
  Result<std::optional<ChunkLocation>> LocateIn(PackId candidate, const ChunkId& id,
                                                ChunkScope& scope);

  PackStore& packs_;
  ChunkIndex& index_;
  std::shared_ptr<Pack> last_pack_;  // of the last chunk found
  std::uint32_t next_index_ = 0;
};

}  // namespace banyan::storage
