#include "storage/content/shared_bytes.h"

#include "tests/support/must.h"
#include "tests/support/test_catalog.h"

using namespace banyan;
using namespace banyan::storage;

namespace {

std::int64_t Segments(Connection& c) {
  auto rows = c.Query("SELECT count(*) FROM tree_segment");
  REQUIRE(rows.Next());
  return rows.Int(0);
}

}  // namespace

TEST_CASE("PiecesAreStoredOnceAndJoinAgain") {
  banyan::testing::TestCatalog catalog;
  const Bytes a(100, 'a');
  const Bytes b(200, 'b');
  const Bytes c(50, 'c');
  MUST(catalog.database().Write([&](Connection& connection) -> Status {
    const auto first = MUST(StoreShared(connection, std::vector<ByteView>{a, b}));
    const auto second = MUST(StoreShared(connection, std::vector<ByteView>{a, b, c, a}));
    REQUIRE(Segments(connection) == 3);
    REQUIRE(MUST(ListSegments(second)).size() == 4);
    REQUIRE(MUST(LoadShared(connection, first, 300)).size() == 300);
    const auto joined = MUST(LoadShared(connection, second, 450));
    REQUIRE(joined.size() == 450);
    REQUIRE(joined[449] == 'a');
    MUST_FAIL(LoadShared(connection, second, 449), Errc::Corrupt);
    // One piece stays where it is.
    const auto small = MUST(StoreShared(connection, std::vector<ByteView>{c}));
    REQUIRE(small.size() == 51);
    REQUIRE(MUST(LoadShared(connection, small, 50)) == c);
    REQUIRE(MUST(ListSegments(small)).empty());
    REQUIRE(Segments(connection) == 3);
    return Ok();
  }));
}

TEST_CASE("MalformedListsAreCorrupt") {
  banyan::testing::TestCatalog catalog;
  auto lease = MUST(catalog.database().Read());
  for (const char* bad : {"", "02", "01", "0105", "01020101ff", "01ffffffffffffffff7f", "010163"}) {
    INFO(bad);
    MUST_FAIL(LoadShared(*lease, MUST(ParseHex(bad)), 1000), Errc::Corrupt);
  }
}
