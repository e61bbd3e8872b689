#include "storage/catalog/schema.h"

#include <memory>
#include <string>
#include <vector>

#include "tests/support/must.h"
#include "tests/support/temp_directory.h"

using namespace banyan;
using namespace banyan::storage;

TEST_CASE("MigratesOnceAndRefusesANewerCatalog") {
  const TempDirectory directory;
  auto database = MUST(Database::Open({directory.path() + "/catalog.db", ""}));
  MUST(Migrate(*database));
  MUST(Migrate(*database));
  MUST(database->Write([](Connection& c) { return c.ExecuteScript("PRAGMA user_version = 99"); }));
  MUST_FAIL(Migrate(*database), Errc::Invalid);
}

namespace {

// A catalog of version 11 with two sessions.
struct Version11 {
  TempDirectory directory;
  std::unique_ptr<Database> database = MUST(Database::Open({directory.path() + "/catalog.db", ""}));

  // `ranges`: a script that fills upload_range.
  explicit Version11(const std::string& ranges) {
    MUST(Migrate(*database));
    MUST(database->Write([&](Connection& c) -> Status {
      TRY(c.ExecuteScript(R"sql(
INSERT INTO namespace(name, folded, kind, created_ms) VALUES('o', 'o', 0, 0);
INSERT INTO repository(uid, kind, namespace, name, folded, created_ms, updated_ms)
  VALUES(x'00', 0, 1, 'r', 'r', 0, 0);
INSERT INTO upload_session(id, name, user, repository, created_ms, used_ms)
  VALUES(1, 'a', 1, 1, 0, 0), (2, 'b', 1, 1, 0, 0);
DROP TABLE log_mark;
DROP INDEX repository_file_own;
DROP INDEX repository_file_waiting;
DROP INDEX repository_file_since;
DROP INDEX file_public;
ALTER TABLE repository_file DROP COLUMN recipe;
ALTER TABLE repository_file DROP COLUMN part_of;
ALTER TABLE upload_session DROP COLUMN offer_bytes;
PRAGMA user_version = 11)sql"));
      return c.ExecuteScript(ranges);
    }));
  }
};

}  // namespace

TEST_CASE("RowsOfASessionThatShareAPlaceBecomeOne") {
  const Version11 old(R"sql(
INSERT INTO upload_range(session, pack, first, count) VALUES
  (1, 7, 1, 5000), (1, 7, 5, 1), (1, 7, 4000, 2000),  -- one within and one across
  (1, 8, 0, 3), (1, 8, 3, 3),                         -- that only touch
  (1, 9, 5, 10), (2, 9, 8, 10);                       -- of two sessions
UPDATE upload_range SET bytes = 30, sizes = x'0a0000000a0000000a000000' WHERE pack = 8;)sql");
  MUST(Migrate(*old.database));
  std::vector<std::vector<std::int64_t>> ranges;
  auto lease = MUST(old.database->Read());
  auto rows = lease->Query(
      "SELECT session, pack, first, count, bytes, length(sizes) FROM upload_range"
      " ORDER BY session, pack, first");
  while (rows.Next()) {
    ranges.emplace_back();
    for (int column = 0; column < 6; ++column) ranges.back().push_back(rows.Int(column));
  }
  MUST(Status(rows.status()));
  const std::vector<std::vector<std::int64_t>> expected = {{1, 7, 1, 5999, 0, 0},
                                                           {1, 8, 0, 3, 30, 12},
                                                           {1, 8, 3, 3, 30, 12},
                                                           {1, 9, 5, 10, 0, 0},
                                                           {2, 9, 8, 10, 0, 0}};
  CHECK(ranges == expected);
}

TEST_CASE("WhatWaitsOfANamespaceIsFoundWithoutWhatItCommitted") {
  const TempDirectory directory;
  auto database = MUST(Database::Open({directory.path() + "/catalog.db", ""}));
  MUST(Migrate(*database));
  MUST(database->Write([](Connection& c) {
    return c.ExecuteScript("DROP INDEX repository_file_waiting; PRAGMA user_version = 15");
  }));
  MUST(Migrate(*database));
  auto lease = MUST(database->Read());
  auto rows = lease->Query(
      "EXPLAIN QUERY PLAN SELECT file FROM repository_file INDEXED BY repository_file_waiting"
      " WHERE repository = 1 AND committed = 0");
  REQUIRE(rows.Next());
  CHECK(rows.Text(3).find("SEARCH") == 0);
}

TEST_CASE("RowsThatShareAPlaceAreJoinedInOneGoHoweverManyThereAre") {
  const Version11 old(R"sql(
WITH RECURSIVE pair(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM pair WHERE i < 3999)
INSERT INTO upload_range(session, pack, first, count)
  SELECT 1, 7, 16 * i, 8 FROM pair UNION ALL SELECT 1, 7, 16 * i + 4, 8 FROM pair)sql");
  std::int64_t steps = 0;  // of a thousand instructions
  const auto watch = [&](int every, int (*count)(void*)) {
    MUST(old.database->Write([&](Connection& c) {
      ::sqlite3_progress_handler(c.handle(), every, count, &steps);
      return Ok();
    }));
  };
  watch(1000, [](void* counter) {
    ++*static_cast<std::int64_t*>(counter);
    return 0;
  });
  MUST(Migrate(*old.database));
  watch(0, nullptr);
  CHECK(steps < 10'000);  // quadratic, it is 125,000
  auto lease = MUST(old.database->Read());
  auto rows = lease->Query("SELECT count(*), min(count), max(count) FROM upload_range");
  REQUIRE(rows.Next());
  CHECK(rows.Int(0) == 4000);
  CHECK(rows.Int(1) == 12);
  CHECK(rows.Int(2) == 12);
}
