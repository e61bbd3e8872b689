#include "cli/text.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>

#include "storage/base/utf8.h"

namespace banyan::cli {
namespace {

constexpr std::string_view kEllipsis = "…";

bool IsSpaceOrEnd(char c) { return c == ' ' || c == '\n'; }

// Overrides and isolates, which would let a name rearrange the line that it stands in.
bool Reorders(char32_t c) {
  return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0x200E || c == 0x200F;
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
  const auto ms = std::max<std::int64_t>(duration_ms, 0);
  const std::int64_t seconds = ms / 1000 + (ms % 1000 >= 500 ? 1 : 0);
  if (seconds < 60) return fmt::format("{} s", seconds);
  const std::int64_t minutes = seconds / 60;
  if (minutes < 60) return fmt::format("{} min {} s", minutes, seconds % 60);
  const std::int64_t hours = minutes / 60;
  if (hours < 24) return fmt::format("{} h {} min", hours, minutes % 60);
  return fmt::format("{} d {} h", hours / 24, hours % 24);
}

std::string FormatSeconds(std::int64_t duration_s) {
  constexpr std::int64_t kMost = std::int64_t{365'000} * 24 * 3600;
  return FormatDuration(std::clamp<std::int64_t>(duration_s, 0, kMost) * 1000);
}

}  // namespace banyan::cli
