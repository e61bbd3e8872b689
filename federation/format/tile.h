#pragma once
// Tiles of a log (C2SP tlog-tiles): 256 hashes of one level each, named by their coordinates.
// Pure values.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "storage/base/result.h"

namespace banyan::federation {

inline constexpr unsigned kTileWidth = 256;
inline constexpr std::size_t kTileBytes = kTileWidth * 32;

// A tile, or with level kEntries the bundle of the entries under level-0 tile `index`.
struct Tile {
  static constexpr int kEntries = -1;
  static constexpr int kMaxLevel = 63;

  int level = 0;
  std::uint64_t index = 0;
  unsigned width = kTileWidth;  // 1 to 256; less than 256 is a partial tile

  // "tile/<level>/<index>[.p/<width>]"; index in groups of three digits, "x001/234".
  std::string Path() const;
  // Invalid for any path that Path() would not give.
  static Result<Tile> Parse(std::string_view path);
  // The same tile, full.
  Tile Full() const { return {level, index, kTileWidth}; }
  auto operator<=>(const Tile&) const = default;
};

// How many hashes tile `index` of `level` has in a log of `size` entries; 0: there is no such tile.
unsigned TileWidth(int level, std::uint64_t index, std::uint64_t size);

// The tiles and bundles that a log of `size` has and one of `old_size` had not, levels ascending.
std::vector<Tile> NewTiles(std::uint64_t old_size, std::uint64_t size);

}  // namespace banyan::federation
