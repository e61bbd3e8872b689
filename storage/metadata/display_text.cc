#include "storage/metadata/display_text.h"

#include <algorithm>

#include "storage/base/utf8.h"

namespace banyan::storage {

Status ValidateDisplayText(std::string_view what, std::string_view text) {
  const auto is_control = [](char c) { return (c >= 0 && c < 0x20) || c == 0x7F; };
  if (text.size() <= kMaxDisplayBytes && IsUtf8(text) &&
      std::none_of(text.begin(), text.end(), is_control)) {
    return Ok();
  }
  return Error(Errc::Invalid, std::string(what) + " must be UTF-8 of at most " +
                                  std::to_string(kMaxDisplayBytes) +
                                  " bytes without control characters");
}

}  // namespace banyan::storage
