#include "storage/base/sqlite.h"

#include <unistd.h>

#include <filesystem>

#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::storage;

namespace {
struct Fixture {
  std::string path =
      (std::filesystem::temp_directory_path() / ("banyan-sqlite-" + std::to_string(::getpid())))
          .string();
  Fixture() { Clean(); }
  ~Fixture() { Clean(); }
  void Clean() {
    for (const char* suffix : {"", "-wal", "-shm", ".copy"}) std::filesystem::remove(path + suffix);
  }
};
}  // namespace

TEST_CASE("WriteCommitsOrRollsBackAsAWhole") {
  Fixture f;
  auto database = MUST(Database::Open({f.path, ""}));
  MUST(database->Write([](Connection& c) { return c.Execute("CREATE TABLE t(a UNIQUE, b)"); }));
  const Bytes blob = {1, 2, 3};
  MUST(database->Write(
      [&](Connection& c) { return c.Execute("INSERT INTO t VALUES(?, ?)", 1, blob); }));
  MUST_FAIL(database->Write([&](Connection& c) -> Status {
    TRY(c.Execute("INSERT INTO t VALUES(2, ?)", std::string("x")));
    return c.Execute("INSERT INTO t VALUES(1, NULL)");
  }),
            Errc::Conflict);
  auto reader = MUST(database->Read());
  auto rows = reader->Query("SELECT a, b FROM t");
  REQUIRE(rows.Next());
  REQUIRE(rows.Int(0) == 1);
  REQUIRE(Bytes(rows.Blob(1).begin(), rows.Blob(1).end()) == blob);
  REQUIRE_FALSE(rows.Next());
  MUST(rows.status());
  MUST(database->BackupTo(f.path + ".copy"));
}
