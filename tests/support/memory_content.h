#pragma once
// The bytes of one file in memory: what readers see now, what a disk would hold for certain, and
// the changes between the two, any of which a power loss may keep, tear or drop.

#include <memory>
#include <vector>

#include "storage/base/bytes.h"
#include "tests/support/fake_random.h"

namespace banyan {

// Not thread safe: its owner locks.
class MemoryContent {
 public:
  MemoryContent() = default;
  // Already durable.
  explicit MemoryContent(Bytes durable);

  std::uint64_t size_bytes() const { return live_->size(); }
  std::size_t ReadAt(std::uint64_t offset, std::span<std::uint8_t> out) const;
  void WriteAt(std::uint64_t offset, ByteView data);
  // Must not cut what is mapped: on a real disk the reader would die of SIGBUS.
  void Truncate(std::uint64_t size_bytes);
  void Sync();
  // A sync that failed, as Linux does it: the unsynced pages count as clean from now on, so they
  // still read back, yet no later sync makes them durable.
  void LoseUnsynced() { unsynced_.clear(); }

  // The content at this moment; later changes do not show.
  std::shared_ptr<const Bytes> Map();

  // What a power loss leaves: with no `random` only what was synced; else each unsynced change is
  // kept whole, torn at a byte, torn by pages, or lost.
  Bytes AfterCrash(FakeRandom* random) const;

 private:
  struct Change {
    std::uint64_t offset;  // or the new size, when it is a truncation
    Bytes data;
    bool truncation;
  };
  void MakeLiveUnshared();

  std::shared_ptr<Bytes> live_ = std::make_shared<Bytes>();  // shared with mappings
  std::vector<std::weak_ptr<const Bytes>> mappings_;
  Bytes durable_;
  std::vector<Change> unsynced_;
};

}  // namespace banyan
