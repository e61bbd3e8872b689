#include "federation/format/tile.h"

#include "federation/format/entry_bundle.h"
#include "tests/federation/format/log_vectors.h"

using namespace banyan;
using namespace banyan::federation;
using namespace banyan::federation::testing;

TEST_CASE("TilePathsAreThoseOfTheSpecification") {
  REQUIRE(Tile{0, 0, 256}.Path() == "tile/0/000");
  REQUIRE(Tile{0, 999, 256}.Path() == "tile/0/999");
  REQUIRE(Tile{1, 1000, 256}.Path() == "tile/1/x001/000");
  REQUIRE(Tile{0, 1234067, 256}.Path() == "tile/0/x001/x234/067");
  REQUIRE(Tile{0, 1000000, 17}.Path() == "tile/0/x001/x000/000.p/17");
  REQUIRE(Tile{Tile::kEntries, 5, 1}.Path() == "tile/entries/005.p/1");
  for (const Tile& tile : {Tile{0, 0, 256}, Tile{63, 1234067, 255}, Tile{Tile::kEntries, 1000, 9},
                           Tile{2, UINT64_MAX / 1000, 256}}) {
    REQUIRE(MUST(Tile::Parse(tile.Path())) == tile);
  }
}

TEST_CASE("TilePathsHaveOneFormOnlyAttack16") {
  for (const char* bad : {"",
                          "tile",
                          "tile/0",
                          "tile/0/",
                          "tile/00/000",
                          "tile/64/000",
                          "tile/-1/000",
                          "tile/+1/000",
                          "tile/0/00",
                          "tile/0/0000",
                          "tile/0/x000",
                          "tile/0/x000/000",
                          "tile/0/001/000",
                          "tile/0/x001",
                          "tile/0/000/",
                          "tile/0//000",
                          "tile/0/000.p/0",
                          "tile/0/000.p/256",
                          "tile/0/000.p/01",
                          "tile/0/000.p/",
                          "tile/0/000.p/1/2",
                          "tile/0/../000",
                          "tile/entries",
                          "tile/data/000",
                          "Tile/0/000",
                          "/tile/0/000",
                          "tile/0/x999/x999/x999/x999/x999/x999/x999/999"}) {
    INFO(bad);
    MUST_FAIL(Tile::Parse(bad), Errc::Invalid);
  }
}

TEST_CASE("WidthsFollowFromTheSize") {
  REQUIRE(TileWidth(0, 272, 70000) == 256);
  REQUIRE(TileWidth(0, 273, 70000) == 112);
  REQUIRE(TileWidth(0, 274, 70000) == 0);
  REQUIRE(TileWidth(1, 1, 70000) == 17);
  REQUIRE(TileWidth(2, 0, 70000) == 1);
  REQUIRE(TileWidth(3, 0, 70000) == 0);
  REQUIRE(TileWidth(0, 0, 256) == 256);
  REQUIRE(TileWidth(0, 1, 256) == 0);
  REQUIRE(TileWidth(63, 0, UINT64_MAX) == 0);
}

TEST_CASE("NewTilesAreThoseThatChanged") {
  using Tiles = std::vector<Tile>;
  REQUIRE(NewTiles(0, 0).empty());
  REQUIRE(NewTiles(7, 7).empty());
  REQUIRE(NewTiles(0, 1) == Tiles{{Tile::kEntries, 0, 1}, {0, 0, 1}});
  REQUIRE(NewTiles(255, 256) == Tiles{{Tile::kEntries, 0, 256}, {0, 0, 256}, {1, 0, 1}});
  REQUIRE(NewTiles(256, 300) == Tiles{{Tile::kEntries, 1, 44}, {0, 1, 44}});
  REQUIRE(NewTiles(100, 600) == Tiles{{Tile::kEntries, 0, 256},
                                      {Tile::kEntries, 1, 256},
                                      {Tile::kEntries, 2, 88},
                                      {0, 0, 256},
                                      {0, 1, 256},
                                      {0, 2, 88},
                                      {1, 0, 2}});
}

TEST_CASE("BundlesHaveTheBytesOfTheVectors") {
  REQUIRE(ToHex(WriteEntryBundle({Entry(0), Entry(1)})) == "0007656e74727920300007656e7472792031");
  std::vector<Bytes> entries;
  for (std::uint64_t i = 0; i < 256; ++i) entries.push_back(Entry(i));
  const auto bundle = WriteEntryBundle(entries);
  REQUIRE(bundle.size() == 2706);
  REQUIRE(HashSha256(bundle).ToString() ==
          "c378282cb2167eb29f7e0c483ef2ce284728c12286469737cf8c3dc71e412ff1");
  REQUIRE(MUST(ReadEntryBundle(bundle, 256)) == entries);
}

TEST_CASE("RefusesBundlesThatDoNotAddUpAttack8") {
  const auto bundle = WriteEntryBundle({Entry(0), Entry(1)});
  MUST_FAIL(ReadEntryBundle(bundle, 1), Errc::Invalid);
  MUST_FAIL(ReadEntryBundle(bundle, 3), Errc::Invalid);
  MUST_FAIL(ReadEntryBundle(ByteView(bundle).first(bundle.size() - 1), 2), Errc::Invalid);
  Bytes longer = bundle;
  longer.push_back(0);
  MUST_FAIL(ReadEntryBundle(longer, 2), Errc::Invalid);
  const Bytes huge = {0xff, 0xff};
  MUST_FAIL(ReadEntryBundle(huge, 1), Errc::TooLarge);
}
