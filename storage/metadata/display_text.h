#pragma once
// Short texts that people give to things: full names, token names.

#include <string_view>

#include "storage/base/result.h"

namespace banyan::storage {

inline constexpr std::size_t kMaxDisplayBytes = 128;

// Invalid, beginning with `what`, unless `text` is UTF-8 of at most kMaxDisplayBytes without
// control characters.
Status ValidateDisplayText(std::string_view what, std::string_view text);

}  // namespace banyan::storage
