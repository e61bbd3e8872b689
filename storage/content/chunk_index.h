#pragma once
// The dedup index: chunk id -> packs that may hold it. A hint, never the truth: the pack's own
// table decides, so stale or colliding entries cost a look-up and nothing else.
//
// Six bytes an entry (24 bits of the id beyond the 14 that choose a shard, 24 bits of pack id) in
// open-addressed shards that grow one at a time: 100,000,000 chunks take about 0.7 GiB. Thread
// safe.

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "storage/base/file_system.h"
#include "storage/base/mutex.h"
#include "storage/content/chunk.h"
#include "storage/content/recipe.h"

namespace banyan::storage {

class ChunkIndex {
 public:
  ChunkIndex();

  // `pack` must be below 2^24. Adding an entry twice keeps one.
  void Insert(const ChunkId& id, PackId pack);
  void Remove(const ChunkId& id, PackId pack);
  // Packs to look into, usually none or one.
  std::vector<PackId> Find(const ChunkId& id) const;
  std::uint64_t entry_count() const;

  // A copy on disk makes the next start fast. `watermark` and `open_packs` tell the reader which
  // packs it covers: all up to the watermark but those that were open. Written durably.
  struct Coverage {
    PackId watermark = 0;
    std::vector<PackId> open_packs;
  };
  Status Save(FileSystem& fs, const std::string& path, const Coverage& coverage) const;
  // Fills an empty index; NotFound or Corrupt mean: rebuild from the packs.
  Result<Coverage> Load(FileSystem& fs, const std::string& path);

 private:
  static constexpr std::size_t kShardBits = 14;
  static constexpr std::size_t kEntryBytes = 6;
  struct Shard {
    std::unique_ptr<std::uint8_t[]> slots;
    std::uint32_t capacity = 0;
    std::uint32_t count = 0;
  };
  struct Key {
    std::size_t shard;
    std::uint32_t fragment;  // 24 bits
  };
  static Key KeyOf(const ChunkId& id);
  static std::uint32_t HomeOf(const Shard& shard, std::uint32_t fragment);
  static void Place(Shard& shard, std::uint64_t entry);
  static void Grow(Shard& shard);

  // Lock i guards the shards whose number is i modulo kLocks.
  static constexpr std::size_t kLocks = 64;
  mutable std::array<Mutex, kLocks> locks_;
  std::vector<Shard> shards_;
};

}  // namespace banyan::storage
