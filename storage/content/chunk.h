#pragma once
// Chunks: content-defined pieces of files, bit-exact with the Xet specification
// (storage/FORMAT.md sections 1 and 2). Pure functions, safe for concurrent use.

#include <cstdint>
#include <vector>

#include "storage/base/digest.h"

namespace banyan::storage {

inline constexpr std::size_t kMinChunkBytes = 8192;      // no cut before this many bytes
inline constexpr std::size_t kTargetChunkBytes = 65536;  // mean of the geometric part
inline constexpr std::size_t kMaxChunkBytes = 131072;    // always a cut here

// One entry of a chunk list: what to fetch and how many raw bytes it must give (1..kMaxChunkBytes).
struct ChunkRef {
  ChunkId id;
  std::uint32_t size_bytes = 0;
  auto operator<=>(const ChunkRef&) const = default;
};
using ChunkList = std::vector<ChunkRef>;

// Keyed BLAKE3 of the raw bytes.
ChunkId HashChunk(ByteView raw);

}  // namespace banyan::storage
