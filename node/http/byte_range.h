#pragma once
// The Range header (RFC 9110 section 14) for one range of bytes. Pure functions.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace banyan::node {

// One range as asked for: "first-", "first-last", or "-last" with the last `last` bytes wanted.
// Numbers past 2^64 - 1 are that number.
struct RangeSpec {
  std::optional<std::uint64_t> first;
  std::optional<std::uint64_t> last;
  bool operator==(const RangeSpec&) const = default;
};

// nullopt for what must be ignored: no or another unit, a malformed value, first > last, and
// more than one range (which we serve whole, as the specification allows).
std::optional<RangeSpec> ParseRange(std::string_view header);

// The part of a body to send, and how to call it.
struct RangeAnswer {
  int status = 200;  // 200 all of it, 206 a part, 416 nothing in the range
  std::uint64_t offset = 0;
  std::uint64_t size_bytes = 0;
  std::string content_range;  // the header's value, empty for none
};

// What to answer when `header` (empty for none) is asked of `total_bytes`. A range from the start
// of an empty body is answered 200 with "bytes */0": hub clients probe sizes with "bytes=0-0" and
// read nothing else there.
RangeAnswer ResolveRange(std::string_view header, std::uint64_t total_bytes);

}  // namespace banyan::node
