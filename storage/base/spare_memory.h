#pragma once
// Blocks of memory of one size that go round the threads of a pipeline.

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "storage/base/mutex.h"

namespace banyan {

// Thread safe.
class SpareMemory {
 public:
  using Memory = std::unique_ptr<std::uint8_t[]>;
  explicit SpareMemory(std::size_t size) : size_(size) {}
  std::size_t size() const { return size_; }
  // A block that was given back, or a new one.
  Memory Take() {
    MutexLock lock(mutex_);
    if (spare_.empty()) return std::make_unique_for_overwrite<std::uint8_t[]>(size_);
    Memory memory = std::move(spare_.back());
    spare_.pop_back();
    return memory;
  }
  void Give(Memory memory) {
    MutexLock lock(mutex_);
    spare_.push_back(std::move(memory));
  }

 private:
  const std::size_t size_;
  Mutex mutex_;
  std::vector<Memory> spare_ GUARDED_BY(mutex_);
};

}  // namespace banyan
