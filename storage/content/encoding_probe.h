#pragma once
// A cheap look at a chunk before it is encoded: which split into byte planes pays, and how. It
// samples, so it costs about a tenth of what encoding costs. Pure functions.

#include <array>
#include <cstdint>

#include "storage/base/bytes.h"
#include "storage/content/byte_planes.h"

namespace banyan::storage {

// The distribution of single bytes in a sample.
struct ByteStatistics {
  float entropy_bits = 8;  // per byte; what an order-0 coder such as Huffman can reach
  float collision = 1;     // probability that two bytes are equal
};

// How the chunk is best split, by order-0 entropy alone.
struct SplitProbe {
  ByteStatistics whole;
  std::size_t plane_count = 1;  // 1 (not split), 2 or 4
  std::array<ByteStatistics, kMaxPlanes> planes;
};
// `raw` has at least kMinProbeBytes.
inline constexpr std::size_t kMinProbeBytes = 4096;
SplitProbe ProbeSplit(ByteView raw);

// True when `bytes` has clearly more repeated runs than independent bytes of these statistics
// would have, so that a search for matches pays.
bool HasRepeats(ByteView bytes, const ByteStatistics& statistics);

}  // namespace banyan::storage
