#include "federation/format/tile_builder.h"

#include <map>

#include "tests/federation/format/log_vectors.h"

using namespace banyan;
using namespace banyan::federation;
using namespace banyan::federation::testing;

namespace {

std::map<std::string, Bytes> TilesOf(TileBuilder& builder) {
  std::map<std::string, Bytes> tiles;
  for (auto& [tile, hashes] : builder.TakeTiles()) tiles[tile.Path()] = std::move(hashes);
  return tiles;
}

TileBuilder BuilderOf(std::uint64_t size) {
  TileBuilder builder;
  for (std::uint64_t i = 0; i < size; ++i) builder.Append(HashLeaf(Entry(i)));
  return builder;
}

}  // namespace

TEST_CASE("TilesAreThoseOfTheVectors") {
  auto builder = BuilderOf(300);
  CHECK(builder.state() == LogState{300, LogOf(300).Root()});
  auto tiles = TilesOf(builder);
  REQUIRE(tiles.size() == 3);
  const auto digest = [&](const char* path) { return HashSha256(tiles.at(path)).ToString(); };
  CHECK(digest("tile/0/000") == "b0f6ca2ff42508faf8c6bb4ea8bb9c74243b19d4174fdc4fd17bdad9099e605e");
  CHECK(digest("tile/0/001.p/44") ==
        "b7fedf2b6e00be3853e3fd898c5f25e4182fd9d6ff22f5e48fe48f6b538c94e4");
  CHECK(ToHex(tiles.at("tile/1/000.p/1")) ==
        "da6596d95369f5fef322ab8e4e0da3b0b50236aa9c8a3b1d246f7411c9e2e32e");
}

TEST_CASE("TilesComeAsTheSpecificationCountsThem") {
  auto builder = BuilderOf(255);
  CHECK(TilesOf(builder).contains("tile/0/000.p/255"));
  for (std::uint64_t i = 255; i < 70'000; ++i) builder.Append(HashLeaf(Entry(i)));
  const auto tiles = TilesOf(builder);
  std::size_t expected = 0;
  for (const auto& tile : NewTiles(255, 70'000)) {
    if (tile.level == Tile::kEntries) continue;
    ++expected;
    INFO(tile.Path());
    REQUIRE(tiles.contains(tile.Path()));
    CHECK(tiles.at(tile.Path()).size() == tile.width * LogHash::kSize);
  }
  CHECK(tiles.size() == expected);
}
