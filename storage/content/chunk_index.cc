#include "storage/content/chunk_index.h"

#include <algorithm>

namespace banyan::storage {
namespace {

// An entry as a number: fragment in the low 24 bits, pack above; zero is an empty slot (pack ids
// start at 1).
std::uint64_t LoadEntry(const std::uint8_t* at) {
  std::uint64_t value = 0;
  std::memcpy(&value, at, 6);
  return value;
}
void StoreEntry(std::uint8_t* at, std::uint64_t value) { std::memcpy(at, &value, 6); }
std::uint32_t FragmentOf(std::uint64_t entry) {
  return static_cast<std::uint32_t>(entry & 0xffffff);
}

}  // namespace

ChunkIndex::ChunkIndex() : shards_(std::size_t{1} << kShardBits) {}

ChunkIndex::Key ChunkIndex::KeyOf(const ChunkId& id) {
  const auto word = LoadLe<std::uint64_t>(id.data());
  return {static_cast<std::size_t>(word & ((1u << kShardBits) - 1)),
          static_cast<std::uint32_t>((word >> kShardBits) & 0xffffff)};
}

// Fragments are spread evenly, so a multiplication maps them to slots for any capacity.
std::uint32_t ChunkIndex::HomeOf(const Shard& shard, std::uint32_t fragment) {
  return static_cast<std::uint32_t>((std::uint64_t{fragment} * shard.capacity) >> 24);
}

void ChunkIndex::Place(Shard& shard, std::uint64_t entry) {
  std::uint32_t at = HomeOf(shard, FragmentOf(entry));
  while (LoadEntry(&shard.slots[at * kEntryBytes]) != 0) at = (at + 1) % shard.capacity;
  StoreEntry(&shard.slots[at * kEntryBytes], entry);
  ++shard.count;
}

void ChunkIndex::Grow(Shard& shard) {
  Shard bigger;
  bigger.capacity = std::max(16u, shard.capacity + shard.capacity / 6);
  bigger.slots = std::make_unique<std::uint8_t[]>(std::size_t{bigger.capacity} * kEntryBytes);
  for (std::uint32_t i = 0; i < shard.capacity; ++i) {
    const std::uint64_t entry = LoadEntry(&shard.slots[i * kEntryBytes]);
    if (entry != 0) Place(bigger, entry);
  }
  shard = std::move(bigger);
}

void ChunkIndex::Insert(const ChunkId& id, PackId pack) {
  ENSURE(pack > 0 && pack < (1u << 24));
  const Key key = KeyOf(id);
  const std::uint64_t entry = std::uint64_t{pack} << 24 | key.fragment;
  MutexLock lock(locks_[key.shard % kLocks]);
  Shard& shard = shards_[key.shard];
  // At most 7/8 full: probes stay short and growth by a sixth keeps the average near 0.8.
  if (std::uint64_t{shard.count} * 8 >= std::uint64_t{shard.capacity} * 7) Grow(shard);
  for (std::uint32_t at = HomeOf(shard, key.fragment);; at = (at + 1) % shard.capacity) {
    const std::uint64_t found = LoadEntry(&shard.slots[at * kEntryBytes]);
    if (found == entry) return;
    if (found == 0) break;
  }
  Place(shard, entry);
}

std::vector<PackId> ChunkIndex::Find(const ChunkId& id) const {
  const Key key = KeyOf(id);
  std::vector<PackId> packs;
  MutexLock lock(locks_[key.shard % kLocks]);
  const Shard& shard = shards_[key.shard];
  if (shard.capacity == 0) return packs;
  for (std::uint32_t at = HomeOf(shard, key.fragment);; at = (at + 1) % shard.capacity) {
    const std::uint64_t found = LoadEntry(&shard.slots[at * kEntryBytes]);
    if (found == 0) return packs;
    if (FragmentOf(found) == key.fragment) packs.push_back(static_cast<PackId>(found >> 24));
  }
}

// Linear probing without tombstones: the rest of the run is taken out and placed again.
void ChunkIndex::Remove(const ChunkId& id, PackId pack) {
  const Key key = KeyOf(id);
  const std::uint64_t entry = std::uint64_t{pack} << 24 | key.fragment;
  MutexLock lock(locks_[key.shard % kLocks]);
  Shard& shard = shards_[key.shard];
  if (shard.capacity == 0) return;
  std::uint32_t at = HomeOf(shard, key.fragment);
  for (;; at = (at + 1) % shard.capacity) {
    const std::uint64_t found = LoadEntry(&shard.slots[at * kEntryBytes]);
    if (found == 0) return;
    if (found == entry) break;
  }
  StoreEntry(&shard.slots[at * kEntryBytes], 0);
  --shard.count;
  for (at = (at + 1) % shard.capacity;; at = (at + 1) % shard.capacity) {
    const std::uint64_t moved = LoadEntry(&shard.slots[at * kEntryBytes]);
    if (moved == 0) return;
    StoreEntry(&shard.slots[at * kEntryBytes], 0);
    --shard.count;
    Place(shard, moved);
  }
}

std::uint64_t ChunkIndex::entry_count() const {
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    MutexLock lock(locks_[i % kLocks]);
    total += shards_[i].count;
  }
  return total;
}

}  // namespace banyan::storage
