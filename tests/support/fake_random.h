#pragma once
// A Random with a fixed seed: the same bytes on every machine and in every run.

#include <cstdint>
#include <random>

#include "storage/base/bytes.h"
#include "storage/base/mutex.h"
#include "storage/base/random.h"

namespace banyan {

// Thread safe; the order of calls decides the bytes.
class FakeRandom final : public Random {
 public:
  explicit FakeRandom(std::uint64_t seed) : engine_(seed) {}
  void Fill(std::span<std::uint8_t> out) override;
  std::uint64_t Next();
  // From 0 to limit - 1; the slight bias of a remainder does not matter to a test.
  std::uint64_t Below(std::uint64_t limit);
  // True once in `n` calls, on average.
  bool OneIn(std::uint64_t n) { return Below(n) == 0; }
  Bytes TakeBytes(std::size_t size);

 private:
  Mutex mutex_;
  std::mt19937_64 engine_ GUARDED_BY(mutex_);
};

}  // namespace banyan
