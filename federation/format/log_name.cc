#include "federation/format/log_name.h"

#include <charconv>

namespace banyan::federation {
namespace {

constexpr std::string_view kPrefix = "banyan/";

}  // namespace

Result<LogName> LogName::Parse(std::string_view text) {
  const Error malformed(Errc::Invalid, "a log's name is banyan/<node id>/<epoch>");
  const auto slash = text.rfind('/');
  if (!text.starts_with(kPrefix) || slash < kPrefix.size()) return malformed;
  const auto number = text.substr(slash + 1);
  std::uint64_t epoch = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), epoch);
  if (error != std::errc() || end != number.data() + number.size()) return malformed;
  const LogName name{TRY(NodeId::Parse(text.substr(kPrefix.size(), slash - kPrefix.size()))),
                     epoch};
  if (name.ToString() != text) return malformed;
  return name;
}

std::string LogName::ToString() const {
  return std::string(kPrefix) + node.ToString() + "/" + std::to_string(epoch);
}

std::string LogName::Path() const {
  return "/fed/" + node.ToString() + "/" + std::to_string(epoch) + "/";
}

}  // namespace banyan::federation
