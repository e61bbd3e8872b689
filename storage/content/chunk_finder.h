#pragma once
// Finds stored chunks by their ids: the dedup look-up.

#include <functional>
#include <memory>
#include <optional>

#include "storage/content/chunk_index.h"
#include "storage/content/pack_store.h"

namespace banyan::storage {

struct ChunkLocation {
  PackId pack = 0;
  std::uint32_t index = 0;
  auto operator<=>(const ChunkLocation&) const = default;
};

// May a caller know that a chunk is stored at a place, and use it?
enum class Visibility { Hidden, Visible };

// Used by one thread. Callers hold the store's collection lock (shared) from a call until the
// location is in a recipe or range that collection sees.
class ChunkFinder {
 public:
  ChunkFinder(PackStore& packs, ChunkIndex& index) : packs_(packs), index_(index) {}

  // Where a live copy that `filter` accepts is, or nullopt. Looks first where the last found
  // chunk's neighbour would be: repeated content is found run by run, without the index.
  using Filter = std::function<Result<Visibility>(const ChunkLocation&)>;
  Result<std::optional<ChunkLocation>> Locate(const ChunkId& id, const Filter& filter = nullptr);

 private:
  PackStore& packs_;
  ChunkIndex& index_;
  std::shared_ptr<Pack> last_pack_;  // of the last chunk found
  std::uint32_t next_index_ = 0;
};

}  // namespace banyan::storage
