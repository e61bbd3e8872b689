#include "storage/catalog/schema.h"

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
