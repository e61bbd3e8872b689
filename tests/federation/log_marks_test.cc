#include "federation/log_marks.h"

#include "federation/head_rows.h"
#include "federation/origin_rows.h"
#include "storage/catalog/schema.h"
#include "tests/support/test_catalog.h"

using namespace banyan;
using namespace banyan::federation;

namespace {

struct Fixture {
  banyan::testing::TestCatalog catalog;
  LogId log;
  Frontier frontier;

  Fixture() {
    const NodeId node(HashLeaf(AsBytes("genesis")));
    const auto origin =
        MUST(catalog.Write([&](storage::Connection& c) { return NeedOrigin(c, node); }));
    log.origin = origin.row;
  }
  static Bytes Entry(std::uint64_t i) {
    const auto text = std::to_string(i);
    return Bytes(text.begin(), text.end());
  }
  void GrowTo(std::uint64_t size) {
    MUST(catalog.Write([&](storage::Connection& c) -> Status {
      while (frontier.size() < size) {
        const auto entry = Entry(frontier.size());
        frontier.Append(HashLeaf(entry));
        TRY(AppendEntry(c, log, entry));
      }
      return PutHead(c, log, {frontier, "note", 1});
    }));
  }
  static Frontier TrueAt(std::uint64_t size) {
    Frontier at;
    for (std::uint64_t i = 0; i < size; ++i) at.Append(HashLeaf(Entry(i)));
    return at;
  }
  std::uint64_t MarkBefore(std::uint64_t size) {
    return catalog.Read([&](storage::Connection& c) { return MUST(FindMark(c, log, size)); })
        .size();
  }
  Result<Frontier> Read(std::uint64_t size) {
    return catalog.Read([&](storage::Connection& c) { return ReadFrontier(c, log, size); });
  }
};

}  // namespace

TEST_CASE("AnOlderSizeIsReadFromTheMarkBeforeIt") {
  Fixture f;
  f.GrowTo(500);
  f.GrowTo(1500);
  f.GrowTo(2000);  // too near for another one
  f.GrowTo(2600);
  CHECK(f.MarkBefore(1499) == 0);
  CHECK(f.MarkBefore(2599) == 1500);
  CHECK(f.MarkBefore(9999) == 2600);
  for (const std::uint64_t size : {0u, 1u, 1499u, 1500u, 1501u, 2599u, 2600u}) {
    INFO(size);
    CHECK(MUST(f.Read(size)).Root() == Fixture::TrueAt(size).Root());
  }
  MUST(f.catalog.Write([](storage::Connection& c) {
    return c.Execute("DELETE FROM log_entry WHERE position < 1500");
  }));
  CHECK(MUST(f.Read(1700)).Root() == Fixture::TrueAt(1700).Root());
  MUST_FAIL(f.Read(1400), Errc::Corrupt);
}

TEST_CASE("ALogThatIsCutBackLosesItsLaterMarks") {
  Fixture f;
  f.GrowTo(1500);
  f.GrowTo(2600);
  MUST(f.catalog.Write([&](storage::Connection& c) -> Status {
    TRY(c.Execute("DELETE FROM log_entry WHERE position >= 1600"));
    return PutHead(c, f.log, {Fixture::TrueAt(1600), "note", 2});
  }));
  CHECK(f.MarkBefore(9999) == 1500);
}

TEST_CASE("AnOlderCatalogHasItsHeadsAsMarks") {
  Fixture f;
  f.GrowTo(1500);
  MUST(f.catalog.Write([](storage::Connection& c) {
    return c.ExecuteScript(
        "DROP TABLE log_mark; DROP INDEX repository_file_own; DROP INDEX repository_file_since;"
        "DROP INDEX repository_file_waiting;"
        "DROP INDEX file_public; ALTER TABLE repository_file DROP COLUMN recipe;"
        "ALTER TABLE repository_file DROP COLUMN part_of;"
        "ALTER TABLE upload_session DROP COLUMN offer_bytes;"
        "PRAGMA user_version = 12");
  }));
  MUST(storage::Migrate(f.catalog.database()));
  CHECK(f.MarkBefore(1500) == 1500);
}
