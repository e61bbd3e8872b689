#pragma once
// Values of GGUF metadata.

#include "storage/base/json_fwd.h"
#include "storage/base/range_cursor.h"

namespace banyan::storage {

inline constexpr std::uint64_t kMaxGgufListItems = 32;  // longer lists are counted, not kept
inline constexpr int kMaxGgufListDepth = 4;

// Reads one value of `type` at the cursor; what breaks the format becomes the cursor's failure, as
// does a type that is not known (Invalid): how long its value is cannot be known either.
// A text longer than `max_text_bytes` is passed over and gives a discarded value (null inside a
// list); bytes that are not UTF-8 are repaired; infinities and NaN become texts; a list longer
// than kMaxGgufListItems becomes {"list": "string", "count": n}.
Json ReadGgufValue(RangeCursor& cursor, std::uint32_t type, std::uint64_t max_text_bytes);

}  // namespace banyan::storage
