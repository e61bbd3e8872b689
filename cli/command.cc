#include "cli/command.h"

namespace banyan::cli {

std::vector<std::string> Parameter::Spellings() const {
  std::vector<std::string> spellings;
  for (std::size_t at = 0; at <= name.size();) {
    const auto comma = std::min(name.find(',', at), name.size());
    spellings.push_back(name.substr(at, comma - at));
    at = comma + 1;
  }
  return spellings;
}

}  // namespace banyan::cli
