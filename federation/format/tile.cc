#include "federation/format/tile.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace banyan::federation {

namespace {

constexpr int kBitsPerLevel = 8;

std::uint64_t HashesAt(int level, std::uint64_t size) {
  const int shift = kBitsPerLevel * std::max(level, 0);
  return shift >= 64 ? 0 : size >> shift;
}

std::optional<std::uint64_t> TakeNumber(std::string_view text) {
  std::uint64_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

// The part before the next slash, taken off `rest`.
std::string_view TakePart(std::string_view& rest) {
  const auto slash = rest.find('/');
  const auto part = rest.substr(0, slash);
  rest.remove_prefix(slash == std::string_view::npos ? rest.size() : slash + 1);
  return part;
}

// "x001/x234/067" as a number; groups of three digits that Path() would print otherwise are found
// out by comparing.
std::optional<std::uint64_t> ParseIndex(std::string_view text) {
  std::uint64_t index = 0;
  while (!text.empty()) {
    auto part = TakePart(text);
    if (!text.empty() && part.starts_with('x')) part.remove_prefix(1);
    const auto digits = TakeNumber(part);
    constexpr std::uint64_t kLimit = (UINT64_MAX - 999) / 1000;
    if (!digits || *digits > 999 || index > kLimit) return std::nullopt;
    index = index * 1000 + *digits;
  }
  return index;
}

}  // namespace

std::string Tile::Path() const {
  std::string number = fmt::format("{:03}", index % 1000);
  for (auto rest = index / 1000; rest != 0; rest /= 1000) {
    number = fmt::format("x{:03}/{}", rest % 1000, number);
  }
  const std::string kind = level == kEntries ? "entries" : std::to_string(level);
  const std::string partial = width == kTileWidth ? "" : fmt::format(".p/{}", width);
  return "tile/" + kind + "/" + number + partial;
}

Result<Tile> Tile::Parse(std::string_view path) {
  const auto refused = Error(Errc::Invalid, "no path of a tile");
  auto rest = path;
  if (TakePart(rest) != "tile") return refused;
  Tile tile;
  const auto kind = TakePart(rest);
  const auto level = TakeNumber(kind);
  if (kind == "entries") {
    tile.level = kEntries;
  } else if (level && *level <= kMaxLevel) {
    tile.level = static_cast<int>(*level);
  } else {
    return refused;
  }
  if (const auto partial = rest.find(".p/"); partial != std::string_view::npos) {
    const auto width = TakeNumber(rest.substr(partial + 3));
    if (!width || *width == 0 || *width >= kTileWidth) return refused;
    tile.width = static_cast<unsigned>(*width);
    rest = rest.substr(0, partial);
  }
  const auto index = ParseIndex(rest);
  if (!index) return refused;
  tile.index = *index;
  if (tile.Path() != path) return refused;
  return tile;
}

unsigned TileWidth(int level, std::uint64_t index, std::uint64_t size) {
  const auto hashes = HashesAt(level, size);
  if (index > hashes / kTileWidth) return 0;
  return index < hashes / kTileWidth ? kTileWidth : static_cast<unsigned>(hashes % kTileWidth);
}

std::vector<Tile> NewTiles(std::uint64_t old_size, std::uint64_t size) {
  std::vector<Tile> out;
  for (int level = Tile::kEntries; HashesAt(level, size) > 0; ++level) {
    const auto last = (HashesAt(level, size) - 1) / kTileWidth;
    for (auto index = HashesAt(level, old_size) / kTileWidth; index <= last; ++index) {
      const auto width = TileWidth(level, index, size);
      if (width != TileWidth(level, index, old_size)) out.push_back({level, index, width});
    }
  }
  return out;
}

}  // namespace banyan::federation
