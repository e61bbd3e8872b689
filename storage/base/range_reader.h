#pragma once
// Reading a little of a large file: what model file readers need to see.

#include <cstdint>
#include <functional>

#include "storage/base/bytes.h"

namespace banyan::storage {

// Gives exactly `size_bytes` bytes at `offset`, or an error. Never asked for bytes past the size
// in FileRange.
using RangeReader = std::function<Result<Bytes>(std::uint64_t offset, std::uint64_t size_bytes)>;

struct FileRange {
  std::uint64_t size_bytes = 0;  // of the whole file
  RangeReader read;
};

}  // namespace banyan::storage
