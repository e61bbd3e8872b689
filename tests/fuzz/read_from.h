#pragma once
// A body that is all here.

#include <algorithm>

#include "storage/xet/xorb_format.h"

namespace banyan::storage {

inline ReadBytes From(ByteView bytes) {
  return [bytes](std::span<std::uint8_t> out) mutable -> Result<std::size_t> {
    const auto count = std::min(bytes.size(), out.size());
    std::copy_n(bytes.begin(), count, out.begin());
    bytes = bytes.subspan(count);
    return count;
  };
}

}  // namespace banyan::storage
