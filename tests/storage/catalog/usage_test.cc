#include "storage/catalog/usage.h"

#include "storage/catalog/tokens.h"
#include "tests/support/catalog_makers.h"

using namespace banyan;
using namespace banyan::storage;
using namespace banyan::testing;

TEST_CASE("DownloadsAddUpAcrossFlushes") {
  TestCatalog catalog;
  MakeUser(catalog, "alice");
  const auto a = MakeModel(catalog, "alice/a");
  const auto b = MakeModel(catalog, "alice/b");
  const auto downloads = [&](std::int64_t row) {
    return MUST(catalog.Read([&](Connection& c) { return GetRepository(c, row); })).downloads;
  };
  Usage usage;
  MUST(usage.Flush(catalog.database()));
  usage.CountDownload(a.row);
  usage.CountDownload(a.row);
  usage.CountDownload(b.row);
  usage.CountDownload(999);  // deleted meanwhile
  REQUIRE(downloads(a.row) == 0);
  MUST(usage.Flush(catalog.database()));
  usage.CountDownload(a.row);
  MUST(usage.Flush(catalog.database()));
  MUST(usage.Flush(catalog.database()));
  REQUIRE(downloads(a.row) == 3);
  REQUIRE(downloads(b.row) == 1);
}

TEST_CASE("TokenUseIsKeptToTheMinuteAndNeverGoesBack") {
  TestCatalog catalog;
  const auto alice = MakeUser(catalog, "alice");
  const auto issued = MUST(catalog.Write([&](Connection& c) {
    return CreateToken(c, SystemRandom(), {alice, "t", Role::Read, {}}, 1);
  }));
  const auto used = [&] {
    return MUST(catalog.Read([&](Connection& c) { return GetToken(c, issued.token.row); })).used_ms;
  };
  Usage usage;
  usage.TokenUsed(issued.token.row, 600'123);
  REQUIRE_FALSE(used());
  MUST(usage.Flush(catalog.database()));
  REQUIRE(used() == 600'000);
  usage.TokenUsed(issued.token.row, 659'999);
  MUST(usage.Flush(catalog.database()));
  REQUIRE(used() == 600'000);
  usage.TokenUsed(issued.token.row, 720'000);
  usage.TokenUsed(issued.token.row, 660'000);
  MUST(usage.Flush(catalog.database()));
  REQUIRE(used() == 720'000);
  usage.TokenUsed(issued.token.row, 660'000);
  MUST(usage.Flush(catalog.database()));
  REQUIRE(used() == 720'000);
}

TEST_CASE("AFailedFlushKeepsTheFigures") {
  TestCatalog catalog;
  MakeUser(catalog, "alice");
  const auto a = MakeModel(catalog, "alice/a");
  Usage usage;
  usage.CountDownload(a.row);
  const auto script = [&](const std::string& sql) {
    MUST(catalog.Write([&](Connection& c) { return c.ExecuteScript(sql); }));
  };
  script("CREATE TRIGGER broken BEFORE UPDATE ON repository BEGIN SELECT raise(ABORT, 'x'); END");
  REQUIRE_FALSE(usage.Flush(catalog.database()).has_value());
  script("DROP TRIGGER broken");
  MUST(usage.Flush(catalog.database()));
  REQUIRE(MUST(catalog.Read([&](Connection& c) { return GetRepository(c, a.row); })).downloads ==
          1);
}
