#include "node/http/byte_range.h"

#include <algorithm>
#include <limits>

#include "node/http/http_types.h"

namespace banyan::node {
namespace {

constexpr auto kMax = std::numeric_limits<std::uint64_t>::max();

struct Number {
  bool valid = true;
  std::optional<std::uint64_t> value;  // nullopt for no digits at all
};

Number ParseNumber(std::string_view digits) {
  Number out;
  for (const char c : digits) {
    if (c < '0' || c > '9') return {false, {}};
    const auto digit = static_cast<std::uint64_t>(c - '0');
    const auto value = out.value.value_or(0);
    out.value = value > (kMax - digit) / 10 ? kMax : value * 10 + digit;
  }
  return out;
}

RangeAnswer Part(std::uint64_t offset, std::uint64_t end, std::uint64_t total) {
  return {206, offset, end - offset,
          "bytes " + std::to_string(offset) + "-" + std::to_string(end - 1) + "/" +
              std::to_string(total)};
}

}  // namespace

std::optional<RangeSpec> ParseRange(std::string_view header) {
  constexpr std::string_view kUnit = "bytes=";
  if (!EqualsIgnoreCase(header.substr(0, kUnit.size()), kUnit)) return std::nullopt;
  header.remove_prefix(kUnit.size());
  const auto dash = header.find('-');
  if (dash == header.npos) return std::nullopt;
  const auto first = ParseNumber(header.substr(0, dash));
  const auto last = ParseNumber(header.substr(dash + 1));
  if (!first.valid || !last.valid || (!first.value && !last.value)) return std::nullopt;
  if (first.value && last.value && *first.value > *last.value) return std::nullopt;
  return RangeSpec{first.value, last.value};
}

RangeAnswer ResolveRange(std::string_view header, std::uint64_t total_bytes) {
  const auto range = ParseRange(header);
  if (!range) return {200, 0, total_bytes, {}};
  const auto total_text = "bytes */" + std::to_string(total_bytes);
  const bool wants_nothing = !range->first && *range->last == 0;
  if (total_bytes == 0 && range->first.value_or(0) == 0 && !wants_nothing) {
    return {200, 0, 0, total_text};
  }
  if (wants_nothing || range->first.value_or(0) >= total_bytes) return {416, 0, 0, total_text};
  if (!range->first) {
    return Part(total_bytes - std::min(*range->last, total_bytes), total_bytes, total_bytes);
  }
  const auto last = std::min(range->last.value_or(kMax), total_bytes - 1);
  return Part(*range->first, last + 1, total_bytes);
}

}  // namespace banyan::node
