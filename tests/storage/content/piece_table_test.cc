#include "storage/content/piece_table.h"

#include "storage/content/shared_bytes.h"
#include "tests/support/must.h"
#include "tests/support/test_catalog.h"

using namespace banyan;
using namespace banyan::storage;

TEST_CASE("VersionsHoldWhatTheyShareOnce") {
  PieceTable table;
  const Bytes common(10'000, 'x');
  std::vector<PieceTable::List> lists;
  for (std::uint8_t i = 0; i < 100; ++i) {
    const Bytes own(10, i);
    lists.push_back(table.Add(std::vector<ByteView>{own, common}));
  }
  CHECK(table.held_bytes() > 11'000);
  CHECK(table.held_bytes() < 30'000);
  const PieceTable moved = std::move(table);
  for (std::uint8_t i = 0; i < 100; ++i) {
    const Bytes joined = PieceTable::Join(lists[i]);
    REQUIRE(joined.size() == 10'010);
    REQUIRE(PieceTable::SizeOf(lists[i]) == 10'010);
    REQUIRE(joined[9] == i);
    REQUIRE(joined[10] == 'x');
  }
}

TEST_CASE("ListsAreStoredAsTheirPiecesWouldBe") {
  banyan::testing::TestCatalog catalog;
  const Bytes a(100, 'a');
  const Bytes b(200, 'b');
  MUST(catalog.database().Write([&](Connection& connection) -> Status {
    const auto known = MUST(StoreShared(connection, std::vector<ByteView>{b, a}));
    PieceTable table;
    PieceWriter writer(connection);
    const auto again = table.Add(std::vector<ByteView>{b, a});
    CHECK(MUST(writer.Store(again)) == known);
    CHECK(MUST(writer.Store(again)) == known);
    const auto other = MUST(writer.Store(table.Add(std::vector<ByteView>{a, b, a})));
    CHECK(MUST(LoadShared(connection, other, 400)).size() == 400);
    CHECK(MUST(ListSegments(other)).size() == 3);
    const auto single = MUST(writer.Store(table.Add(std::vector<ByteView>{a})));
    CHECK(MUST(LoadShared(connection, single, 100)) == a);
    CHECK(MUST(writer.Store(table.Add({}))) == Bytes{0});
    return Ok();
  }));
}
