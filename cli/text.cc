#include "cli/text.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <span>

#include "storage/base/utf8.h"

namespace banyan::cli {
namespace {

constexpr std::string_view kEllipsis = "…";

bool IsSpaceOrEnd(char c) { return c == ' ' || c == '\n'; }

// Overrides and isolates, which would let a name rearrange the line that it stands in.
bool Reorders(char32_t c) {
  return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0x200E || c == 0x200F;
}

struct Unit {
  std::string_view name;
  double factor = 1;
};
constexpr Unit kByteUnits[] = {
    {"", 1},     {"k", 1e3},     {"K", 1e3},        {"M", 1e6},           {"G", 1e9},
    {"T", 1e12}, {"Ki", 1024.0}, {"Mi", 1048576.0}, {"Gi", 1073741824.0}, {"Ti", 1099511627776.0},
};
constexpr Unit kTimeUnits[] = {
    {"s", 1e3},     {"m", 60e3},        {"h", 3600e3},
    {"d", 86400e3}, {"w", 7 * 86400e3}, {"y", 365 * 86400e3},
};

// A decimal number and one of the units, or nullopt.
std::optional<double> ParseMeasure(std::string_view text, std::span<const Unit> units) {
  const auto digits = text.find_first_not_of("0123456789.");
  const auto number = text.substr(0, digits);
  const auto name = digits == text.npos ? std::string_view() : text.substr(digits);
  double value = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (number.empty() || error != std::errc() || end != number.data() + number.size()) return {};
  for (const auto& unit : units) {
    if (unit.name == name) return value * unit.factor;
  }
  return std::nullopt;
}

}  // namespace

std::string FitWidth(std::string_view utf8, std::size_t columns) {
  if (DisplayWidth(utf8) <= columns) return std::string(utf8);
  if (columns == 0) return "";
  std::size_t size = 0;
  while (size < utf8.size()) {
    const auto next = size + DecodeUtf8(utf8.substr(size)).size_bytes;
    if (DisplayWidth(utf8.substr(0, next)) > columns - 1) break;
    size = next;
  }
  return std::string(utf8.substr(0, size)) + std::string(kEllipsis);
}

std::string Printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto character = DecodeUtf8(text);
    text.remove_prefix(character.size_bytes);
    const char32_t c = character.value;
    const bool control = c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029;
    if (control) {
      out += c == '\n' || c == '\t' ? ' ' : '?';
    } else if (!Reorders(c)) {
      AppendUtf8(out, c);
    }
  }
  return out;
}

std::vector<std::string> WrapText(std::string_view text, std::size_t columns) {
  std::vector<std::string> lines;
  std::string line;
  while (!text.empty()) {
    std::size_t size = 0;
    while (size < text.size() && !IsSpaceOrEnd(text[size])) ++size;
    const auto word = text.substr(0, size);
    if (!line.empty() && DisplayWidth(line) + 1 + DisplayWidth(word) > columns) {
      lines.push_back(std::move(line));
      line.clear();
    }
    if (!line.empty() && !word.empty()) line += ' ';
    line += word;
    const bool ends = size < text.size() && text[size] == '\n';
    text.remove_prefix(std::min(size + 1, text.size()));
    if (ends) {
      lines.push_back(std::move(line));
      line.clear();
    }
  }
  if (!line.empty()) lines.push_back(std::move(line));
  return lines;
}

std::string FormatBytes(std::uint64_t bytes) {
  if (bytes < 1000) return fmt::format("{} B", bytes);
  constexpr std::string_view kNames[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
  double value = static_cast<double>(bytes) / 1000;
  std::size_t name = 0;
  while (value >= 999.5 && name + 1 < std::size(kNames)) {
    value /= 1000;
    ++name;
  }
  return value < 99.95 ? fmt::format("{:.1f} {}", value, kNames[name])
                       : fmt::format("{:.0f} {}", value, kNames[name]);
}

std::string FormatCount(std::uint64_t count) {
  const std::string digits = std::to_string(count);
  std::string out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) out += ',';
    out += digits[i];
  }
  return out;
}

std::string FormatShortCount(std::uint64_t count) {
  if (count < 1000) return std::to_string(count);
  constexpr std::string_view kNames = "kMBT";
  double value = static_cast<double>(count) / 1000;
  std::size_t name = 0;
  while (value >= 999.5 && name + 1 < kNames.size()) {
    value /= 1000;
    ++name;
  }
  return value < 9.95 ? fmt::format("{:.1f}{}", value, kNames[name])
                      : fmt::format("{:.0f}{}", value, kNames[name]);
}

std::string FormatDuration(std::int64_t duration_ms) {
  const std::int64_t seconds = (std::max<std::int64_t>(duration_ms, 0) + 500) / 1000;
  if (seconds < 60) return fmt::format("{} s", seconds);
  const std::int64_t minutes = seconds / 60;
  if (minutes < 60) return fmt::format("{} min {} s", minutes, seconds % 60);
  const std::int64_t hours = minutes / 60;
  if (hours < 24) return fmt::format("{} h {} min", hours, minutes % 60);
  return fmt::format("{} d {} h", hours / 24, hours % 24);
}

Result<std::uint64_t> ParseByteCount(std::string_view text) {
  const auto shown = Printable(text);
  if (text.ends_with('B')) text.remove_suffix(1);
  const auto bytes = ParseMeasure(text, kByteUnits);
  if (!bytes || *bytes > 9e18) {
    return Error(Errc::Invalid, "'" + shown + "' is no size: write it as 500k, 10M or 2.5G");
  }
  return static_cast<std::uint64_t>(std::llround(*bytes));
}

Result<std::int64_t> ParseDuration(std::string_view text) {
  const auto duration_ms = ParseMeasure(text, kTimeUnits);
  if (!duration_ms || *duration_ms > 1e15) {
    return Error(Errc::Invalid,
                 "'" + Printable(text) + "' is no duration: write it as 12h, 30d or 1y");
  }
  return std::llround(*duration_ms);
}

}  // namespace banyan::cli
