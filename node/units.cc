#include "node/units.h"

#include <array>
#include <charconv>
#include <limits>
#include <utility>

#include "node/http/http_types.h"

namespace banyan::node {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t factor;
};

constexpr std::int64_t kKi = 1024;
// Format uses the first that divides; the decimal ones are for reading only.
constexpr std::array kBinaryUnits = {Unit{"TiB", kKi* kKi* kKi* kKi}, Unit{"GiB", kKi* kKi* kKi},
                                     Unit{"MiB", kKi* kKi}, Unit{"KiB", kKi}, Unit{"B", 1}};
constexpr std::array kDecimalUnits = {Unit{"TB", 1'000'000'000'000}, Unit{"GB", 1'000'000'000},
                                      Unit{"MB", 1'000'000}, Unit{"kB", 1000}, Unit{"", 1}};
constexpr std::array kDurationUnits = {Unit{"d", 86'400'000}, Unit{"h", 3'600'000},
                                       Unit{"m", 60'000}, Unit{"s", 1000}, Unit{"ms", 1}};

// The number at the start and the rest without spaces between.
Result<std::pair<std::int64_t, std::string_view>> SplitNumber(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number < 0) {
    return Error(Errc::Invalid, "\"" + std::string(text) + "\" does not begin with a number");
  }
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  while (text.starts_with(' ')) text.remove_prefix(1);
  return std::pair(number, text);
}

template <typename Units>
const Unit* FindUnit(const Units& units, std::string_view name) {
  for (const auto& unit : units) {
    if (EqualsIgnoreCase(unit.name, name)) return &unit;
  }
  return nullptr;
}

Result<std::int64_t> Times(std::int64_t number, const Unit& unit) {
  if (number > std::numeric_limits<std::int64_t>::max() / unit.factor) {
    return Error(Errc::Invalid, "the number is too large");
  }
  return number * unit.factor;
}

template <typename Units>
std::string FormatIn(const Units& units, std::int64_t value, std::string_view space) {
  for (const auto& unit : units) {
    if (value >= unit.factor && value % unit.factor == 0) {
      return std::to_string(value / unit.factor).append(space).append(unit.name);
    }
  }
  return "0";
}

}  // namespace

Result<ByteSize> ParseByteSize(std::string_view text) {
  const auto [number, name] = TRY(SplitNumber(text));
  const Unit* unit = FindUnit(kBinaryUnits, name);
  if (unit == nullptr) unit = FindUnit(kDecimalUnits, name);
  if (unit == nullptr) {
    return Error(Errc::Invalid,
                 "\"" + std::string(text) + "\" is not a size such as \"10 GiB\" or \"500 MB\"");
  }
  return ByteSize{static_cast<std::uint64_t>(TRY(Times(number, *unit)))};
}

std::string Format(ByteSize size) {
  return FormatIn(kBinaryUnits, static_cast<std::int64_t>(size.bytes), " ");
}

Result<Duration> ParseDuration(std::string_view text) {
  const auto [number, name] = TRY(SplitNumber(text));
  if (number == 0 && name.empty()) return Duration{0};
  const Unit* unit = FindUnit(kDurationUnits, name);
  if (unit == nullptr) {
    return Error(Errc::Invalid,
                 "\"" + std::string(text) + "\" is not a duration such as \"30s\" or \"2h\"");
  }
  return Duration{TRY(Times(number, *unit))};
}

std::string Format(Duration duration) { return FormatIn(kDurationUnits, duration.ms, ""); }

}  // namespace banyan::node
