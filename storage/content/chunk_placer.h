#pragma once
// Finds or stores single chunks for one writer: the dedup look-up, the encoding and the append.

#include <functional>
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
class ChunkPlacer {
 public:
  // `cache`: for what it stores.
  ChunkPlacer(PackStore& packs, ChunkIndex& index, Pack::PageCache cache = Pack::PageCache::Use)
      : packs_(packs), index_(index), cache_(cache) {}

  // Where a live copy that `filter` accepts is, or nullopt. Looks first where the last found
  // chunk's neighbour would be: repeated content is found run by run, without the index.
  using Filter = std::function<Result<Visibility>(const ChunkLocation&)>;
  Result<std::optional<ChunkLocation>> Locate(const ChunkId& id, const Filter& filter = nullptr);
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
  const Pack::PageCache cache_;
  ChunkEncoder encoder_;
  std::optional<PackStore::Lease> lease_;
  std::shared_ptr<Pack> last_pack_;  // of the last chunk found
  std::uint32_t next_index_ = 0;
};

}  // namespace banyan::storage
