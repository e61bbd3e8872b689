#pragma once
// JSON with one form (RFC 8785), so that what is hashed and signed can be read, kept and rendered
// again. Only what entries and objects need: keys of printable ASCII, integers from 0 to 2^53 - 1,
// no fractions, no null. Pure functions, safe for concurrent use.

#include <string_view>

#include "storage/base/bytes.h"
#include "storage/base/json_fwd.h"

namespace banyan::federation {

inline constexpr std::int64_t kMaxCanonicalInt = (std::int64_t{1} << 53) - 1;

struct CanonicalLimits {
  std::size_t max_bytes = 4u << 10;
  std::size_t max_depth = 4;  // an object in an object is 2
  bool ascii_only = true;     // strings of printable ASCII (0x20 to 0x7E); else any UTF-8
};

// Only 0x20 to 0x7E.
bool IsPrintableAscii(std::string_view text);

// TooLarge past a limit; Invalid for anything that RenderCanonical would not give back.
Result<Json> ParseCanonical(ByteView bytes, const CanonicalLimits& limits = {});

// TooLarge past a limit; Invalid when `value` is not of the kind above. For what holds values from
// outside.
Result<Bytes> RenderCanonical(const Json& value, const CanonicalLimits& limits = {});
// For what cannot be other than of the kind above: keys, hashes and words of ours.
Bytes MustRenderCanonical(const Json& value);

}  // namespace banyan::federation
