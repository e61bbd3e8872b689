#pragma once
// Byte planes: plane g of k holds the bytes at positions p with p mod k == g, in order. For arrays
// of 16-bit or 32-bit numbers each plane is far more regular than the whole. Pure functions.

#include <array>
#include <cstdint>
#include <span>

#include "storage/base/bytes.h"

namespace banyan::storage {

inline constexpr std::size_t kMaxPlanes = 4;

// Length of plane `index` of `planes`: the first size % planes of them have one extra byte.
inline std::size_t PlaneSize(std::size_t size_bytes, std::size_t planes, std::size_t index) {
  return (size_bytes + planes - 1 - index) / planes;
}

// Writes the planes one after the other. `planes` is 2 or 4; `out` has the size of `raw`.
void SplitPlanes(ByteView raw, std::size_t planes, std::span<std::uint8_t> out);

// The inverse: planes.size() is 2 or 4, and plane g has PlaneSize(raw.size(), planes.size(), g)
// bytes.
void JoinPlanes(std::span<const ByteView> planes, std::span<std::uint8_t> raw);

}  // namespace banyan::storage
