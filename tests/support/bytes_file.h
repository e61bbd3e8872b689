#pragma once
// A file in memory as model file readers see it; counts what they read.

#include <memory>

#include "storage/base/range_reader.h"

namespace banyan {

struct BytesFile {
  Bytes bytes;
  std::uint64_t extra_bytes = 0;  // zeros that follow, for sizes nobody wants to allocate
  mutable std::uint64_t read_bytes = 0;
  mutable int reads = 0;

  // Valid while this object lives.
  storage::FileRange Range() const {
    const auto size = bytes.size() + extra_bytes;
    return {size, [this, size](std::uint64_t offset, std::uint64_t count) -> Result<Bytes> {
              ENSURE(offset <= size && count <= size - offset);
              ++reads;
              read_bytes += count;
              Bytes out(static_cast<std::size_t>(count));
              for (std::uint64_t i = 0; i < count && offset + i < bytes.size(); ++i) {
                out[static_cast<std::size_t>(i)] = bytes[static_cast<std::size_t>(offset + i)];
              }
              return out;
            }};
  }
};

}  // namespace banyan
