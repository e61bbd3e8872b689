#pragma once
// Sizes and durations as people write them in a configuration. Parse and Format are inverses.

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "storage/base/result.h"

namespace banyan::node {

struct ByteSize {
  std::uint64_t bytes = 0;
  auto operator<=>(const ByteSize&) const = default;
};

struct Duration {
  std::int64_t ms = 0;
  auto operator<=>(const Duration&) const = default;
};

// A whole number and one of B (or nothing), kB, MB, GB, TB (powers of 1000), KiB, MiB, GiB, TiB
// (powers of 1024), in any case, with or without a space: "10 GiB". Invalid otherwise, and when
// it does not fit 63 bits.
Result<ByteSize> ParseByteSize(std::string_view text);
// In the largest unit of 1024 that divides it: "10 GiB", "1000 B".
std::string Format(ByteSize size);

// A whole number and one of ms, s, m, h, d: "30s". A bare 0 is fine. Invalid otherwise.
Result<Duration> ParseDuration(std::string_view text);
// In the largest unit that divides it: "30s", "90s", "2m".
std::string Format(Duration duration);

}  // namespace banyan::node
