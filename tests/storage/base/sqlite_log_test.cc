// A log whose sync failed reads back whole from the page cache, but not after a power cut.
#include "storage/base/sqlite_log.h"

#include <filesystem>

#include "tests/support/memory_file_system.h"
#include "tests/support/must.h"
#include "tests/support/sqlite_vfs.h"
#include "tests/support/temp_directory.h"

using namespace banyan;
using namespace banyan::storage;

namespace {

struct Machine {
  MemoryFileSystem fs;
  SqliteVfs vfs{fs};
  std::unique_ptr<Database> database;

  Machine() {
    Start();
    MUST(database->Write([](Connection& c) { return c.Execute("CREATE TABLE t(a)"); }));
  }
  void Start() { database = MUST(Database::Open({"catalog.db", vfs.name()})); }
  Status Insert(int value) {
    return database->Write(
        [&](Connection& c) { return c.Execute("INSERT INTO t VALUES(?)", value); });
  }
  // The process ends while the disk refuses everything.
  void StopOnAFailingDisk() {
    fs.SetFault({.kind = FaultKind::Io, .nth = 1, .forever = true});
    database.reset();
    fs.ClearFault();
  }
  // The process ends with the power, before it could close anything.
  void CutPower() {
    fs.SetFault({.kind = FaultKind::Crash, .nth = 1});
    database.reset();
    fs.Crash(0);
  }
  std::string Values() {
    std::string text;
    auto lease = MUST(database->Read());
    auto rows = lease->Query("SELECT a FROM t ORDER BY a");
    while (rows.Next()) text += rows.Text(0) + " ";
    MUST(Status(rows.status()));
    auto check = lease->Query("PRAGMA integrity_check");
    REQUIRE(check.Next());
    REQUIRE(check.Text(0) == "ok");
    return text;
  }
};

}  // namespace

TEST_CASE("WhatIsCommittedAfterALogWasNotSyncedOutlivesAPowerCut") {
  Machine machine;
  MUST(machine.Insert(1));
  std::uint64_t sync = 0;
  // The fault that strikes the sync itself: the insert fails, and its frames read back.
  for (std::uint64_t nth = 1; sync == 0; ++nth) {
    machine.fs.SetFault({.kind = FaultKind::NoSpace, .nth = nth});
    if (machine.Insert(2)) {
      REQUIRE(machine.fs.struck() == 0);
      sync = nth - 1;
    }
  }
  machine.fs.SetFault({.kind = FaultKind::NoSpace, .nth = sync});
  MUST_FAIL(machine.Insert(3), Errc::NoSpace);
  machine.StopOnAFailingDisk();
  machine.Start();
  REQUIRE(machine.Values() == "1 2 3 ");  // unknown is not undone
  MUST(machine.Insert(4));
  machine.CutPower();
  machine.Start();
  REQUIRE(machine.Values() == "1 2 3 4 ");
}

TEST_CASE("ALogThatCannotBeRewrittenStopsTheStart") {
  Machine machine;
  MUST(machine.Insert(1));
  machine.StopOnAFailingDisk();
  for (std::uint64_t nth = 1;; ++nth) {
    machine.fs.SetFault({.kind = FaultKind::Io, .nth = nth});
    const bool opened = Database::Open({"catalog.db", machine.vfs.name()}).has_value();
    const bool struck = machine.fs.struck() > 0;
    machine.StopOnAFailingDisk();
    if (!struck) {
      REQUIRE(opened);
      REQUIRE(nth > 5);
      break;
    }
  }
  machine.Start();
  REQUIRE(machine.Values() == "1 ");
}

TEST_CASE("ALongLogOnARealDiskIsRewritten") {
  const TempDirectory directory;
  const std::string used = directory.Join("used.db");
  const std::string left = directory.Join("left.db");
  {
    auto database = MUST(Database::Open({used, ""}));
    MUST(database->Write([](Connection& c) -> Status {
      TRY(c.Execute("CREATE TABLE t(a)"));
      return c.Execute("INSERT INTO t VALUES(randomblob(3000000))");
    }));
    // What a killed process leaves.
    for (const char* part : {"", "-wal"}) std::filesystem::copy_file(used + part, left + part);
  }
  REQUIRE(std::filesystem::file_size(left + "-wal") > 2'500'000);
  auto database = MUST(Database::Open({left, ""}));
  auto lease = MUST(database->Read());
  auto rows = lease->Query("SELECT length(a) FROM t");
  REQUIRE(rows.Next());
  REQUIRE(rows.Int(0) == 3'000'000);
}
