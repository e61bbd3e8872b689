#include "tests/support/fake_random.h"

#include <algorithm>

#include "storage/base/check.h"

namespace banyan {

void FakeRandom::Fill(std::span<std::uint8_t> out) {
  MutexLock lock(mutex_);
  for (std::size_t at = 0; at < out.size(); at += 8) {
    const std::uint64_t word = engine_();
    std::memcpy(out.data() + at, &word, std::min<std::size_t>(8, out.size() - at));
  }
}

std::uint64_t FakeRandom::Next() {
  MutexLock lock(mutex_);
  return engine_();
}

std::uint64_t FakeRandom::Below(std::uint64_t limit) {
  ENSURE(limit > 0);
  return Next() % limit;
}

Bytes FakeRandom::TakeBytes(std::size_t size) {
  Bytes bytes(size);
  Fill(bytes);
  return bytes;
}

}  // namespace banyan
