#include "cli/transfer/first_few.h"

#include <algorithm>

namespace banyan::cli {

std::string FirstFew(const std::vector<std::string>& items, std::string_view separator) {
  std::string text;
  const auto shown = std::min(items.size(), kFirstFew);
  for (std::size_t i = 0; i < shown; ++i) {
    if (i > 0) text += separator;
    text += items[i];
  }
  if (shown < items.size()) {
    text += separator;
    text += "and " + std::to_string(items.size() - shown) + " more";
  }
  return text;
}

}  // namespace banyan::cli
