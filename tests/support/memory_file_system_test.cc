#include "tests/support/memory_file_system.h"

#include <set>

#include "tests/support/fake_clock.h"
#include "tests/support/must.h"

using namespace banyan;

namespace {

std::string Text(FileSystem& fs, const std::string& path) {
  return std::string(AsText(MUST(ReadFile(fs, path, 1 << 20))));
}

std::unique_ptr<File> Create(FileSystem& fs, const std::string& path, std::string_view text) {
  auto file = MUST(fs.Open(path, OpenMode::CreateNew));
  MUST(file->WriteAt(0, AsBytes(text)));
  return file;
}

// A durable file "f" with this text.
void CreateDurably(MemoryFileSystem& fs, std::string_view text) {
  MUST(Create(fs, "f", text)->Sync());
  MUST(fs.SyncDirectory("."));
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("CrashKeepsOnlyWhatWasSynced") {
  MemoryFileSystem fs;
  CreateDurably(fs, "durable");
  auto file = MUST(fs.Open("f", OpenMode::ReadWrite));
  MUST(file->WriteAt(0, AsBytes("changed and longer")));
  Create(fs, "named but never synced", "x");
  MUST(fs.CreateDirectories("d/e"));
  MUST(Create(fs, "d/e/g", "synced without its name")->Sync());
  Create(fs, "d/h", "name without its content");
  MUST(fs.SyncDirectory("d"));
  fs.Crash(0);
  REQUIRE(MUST(fs.List("/")) == Names{"d", "f"});
  REQUIRE(Text(fs, "f") == "durable");
  REQUIRE(MUST(fs.List("d/e")).empty());
  REQUIRE(Text(fs, "d/h").empty());
  Bytes buffer(1);
  MUST_FAIL(file->ReadAt(0, buffer), Errc::Io);
  MUST_FAIL(file->WriteAt(0, buffer), Errc::Io);
  MUST_FAIL(file->Sync(), Errc::Io);
}

TEST_CASE("CrashUndoesRemovalsAndRenamesThatWereNotSynced") {
  MemoryFileSystem fs;
  MUST(fs.CreateDirectories("a"));
  MUST(fs.CreateDirectories("b"));
  MUST(Create(fs, "a/removed", "1")->Sync());
  MUST(Create(fs, "a/moved", "2")->Sync());
  MUST(fs.SyncDirectory("a"));
  MUST(fs.Remove("a/removed"));
  MUST(fs.Rename("a/moved", "b/moved"));
  MUST(fs.SyncDirectory("b"));  // one parent only
  fs.Crash(0);
  REQUIRE(MUST(fs.List("a")) == Names{"moved", "removed"});
  REQUIRE(MUST(fs.List("b")).empty());
  MUST(fs.Rename("a/moved", "b/moved"));
  MUST(fs.SyncDirectory("b"));
  MUST(fs.SyncDirectory("a"));
  fs.Crash(0);
  REQUIRE(MUST(fs.List("a")) == Names{"removed"});
  REQUIRE(MUST(fs.List("b")) == Names{"moved"});
}

TEST_CASE("ASyncedChangeBringsTheEarlierOnesOfItsNames") {
  MemoryFileSystem fs;
  MUST(fs.CreateDirectories("a"));
  MUST(fs.CreateDirectories("b"));
  MUST(Create(fs, "a/x", "1")->Sync());
  MUST(fs.SyncDirectory("a"));
  MUST(fs.Rename("a/x", "b/x"));
  MUST(fs.Rename("b/x", "b/y"));
  MUST(fs.SyncDirectory("b"));
  fs.Crash(0);
  REQUIRE(MUST(fs.List("a")).empty());
  REQUIRE(MUST(fs.List("b")) == Names{"y"});
}

TEST_CASE("SeededCrashesTearWritesAndMixNames") {
  std::set<std::string> contents;
  std::set<Names> names;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    MemoryFileSystem fs;
    CreateDurably(fs, "oldoldold");
    auto file = MUST(fs.Open("f", OpenMode::ReadWrite));
    MUST(file->WriteAt(0, AsBytes("NEWNEW")));
    MUST(file->WriteAt(6, AsBytes("MORE")));
    Create(fs, "g", "");
    MUST(fs.Rename("g", "h"));
    Create(fs, "i", "");
    fs.Crash(seed);
    contents.insert(Text(fs, "f"));
    names.insert(MUST(fs.List(".")));
  }
  for (const char* seen : {"oldoldold", "NEWNEWMORE", "NEWNEWold", "oldoldMORE", "NEWoldold"}) {
    INFO(seen);
    REQUIRE(contents.contains(seen));
  }
  // "h" needs the creation of "g"; "i" stands alone.
  REQUIRE(
      names ==
      std::set<Names>{{"f"}, {"f", "g"}, {"f", "h"}, {"f", "i"}, {"f", "g", "i"}, {"f", "h", "i"}});
}

TEST_CASE("LargeUnsyncedWritesAreTornByPages") {
  std::set<std::size_t> kept;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    MemoryFileSystem fs;
    CreateDurably(fs, std::string(3 * 4096, 'a'));
    MUST(MUST(fs.Open("f", OpenMode::ReadWrite))->WriteAt(0, Bytes(3 * 4096, 'b')));
    fs.Crash(seed);
    const std::string text = Text(fs, "f");
    const bool middle_only = text.front() == 'a' && text[4096] == 'b' && text.back() == 'a';
    if (middle_only) kept.insert(seed);
  }
  REQUIRE_FALSE(kept.empty());
}

TEST_CASE("SameSeedGivesTheSameCrash") {
  const auto run = [](std::uint64_t seed) {
    MemoryFileSystem fs;
    CreateDurably(fs, "old");
    MUST(MUST(fs.Open("f", OpenMode::ReadWrite))->WriteAt(0, FakeRandom(9).TakeBytes(100000)));
    fs.Crash(seed);
    return Text(fs, "f");
  };
  REQUIRE(run(5) == run(5));
}

TEST_CASE("TheNthOperationFailsOnceOrForEver") {
  MemoryFileSystem fs;
  CreateDurably(fs, "text");
  fs.SetFault({.kind = FaultKind::Io, .nth = 2});
  MUST(fs.Stat("f"));
  MUST_FAIL(fs.Stat("f"), Errc::Io);
  MUST(fs.Stat("f"));
  REQUIRE(fs.struck() == 1);
  REQUIRE(fs.counted() == 3);
  fs.SetFault({.kind = FaultKind::Io, .nth = 2, .forever = true});
  MUST(fs.Stat("f"));
  MUST_FAIL(fs.Stat("f"), Errc::Io);
  MUST_FAIL(fs.Open("f", OpenMode::Read), Errc::Io);
  fs.ClearFault();
  MUST(fs.Stat("f"));
}

TEST_CASE("NoSpaceStrikesOnlyWhatNeedsSpace") {
  MemoryFileSystem fs;
  CreateDurably(fs, "text");
  fs.SetFault({.kind = FaultKind::NoSpace, .nth = 1, .forever = true});
  REQUIRE(Text(fs, "f") == "text");
  MUST_FAIL(fs.Open("g", OpenMode::Create), Errc::NoSpace);
  MUST_FAIL(fs.Rename("f", "g"), Errc::NoSpace);
  MUST(fs.Remove("f"));
}

TEST_CASE("ShortWriteLeavesHalfOfTheData") {
  MemoryFileSystem fs;
  auto file = Create(fs, "f", "");
  fs.SetFault({.kind = FaultKind::ShortWrite, .nth = 1});
  MUST_FAIL(file->WriteAt(0, AsBytes("12345678")), Errc::NoSpace);
  REQUIRE(Text(fs, "f") == "1234");
}

TEST_CASE("AnAppliedFaultTakesEffectAndStillFails") {
  MemoryFileSystem fs;
  Create(fs, "f", "text");
  fs.SetFault({.kind = FaultKind::Io, .nth = 1, .applied = true});
  MUST_FAIL(fs.Rename("f", "g"), Errc::Io);
  REQUIRE(Text(fs, "g") == "text");
}

TEST_CASE("APlannedCrashStopsEverythingAfterIt") {
  MemoryFileSystem fs;
  CreateDurably(fs, "text");
  fs.SetFault({.kind = FaultKind::Crash, .nth = 1});
  REQUIRE(Text(fs, "f") == "text");  // reading is not counted
  MUST_FAIL(fs.Remove("f"), Errc::Io);
  MUST_FAIL(fs.Stat("f"), Errc::Io);
  MUST_FAIL(fs.Open("f", OpenMode::Create), Errc::Io);
  fs.Crash(0);
  REQUIRE(Text(fs, "f") == "text");
}

TEST_CASE("AFailedSyncNeverBecomesDurable") {
  MemoryFileSystem fs;
  CreateDurably(fs, "old");
  auto file = MUST(fs.Open("f", OpenMode::ReadWrite));
  MUST(file->WriteAt(0, AsBytes("new")));
  fs.SetFault({.kind = FaultKind::Io, .nth = 1});
  MUST_FAIL(file->Sync(), Errc::Io);
  MUST(file->Sync());
  REQUIRE(Text(fs, "f") == "new");
  fs.Crash(0);
  REQUIRE(Text(fs, "f") == "old");
}

TEST_CASE("AFullDiskTakesWhatFits") {
  MemoryFileSystem fs;
  fs.SetCapacity(10);
  auto file = Create(fs, "f", "123456");
  REQUIRE(MUST(fs.FreeBytes("/")) == 4);
  MUST_FAIL(file->WriteAt(6, AsBytes("789abc")), Errc::NoSpace);
  REQUIRE(Text(fs, "f") == "123456789a");
  MUST(file->WriteAt(0, AsBytes("over")));  // needs no more room
  MUST_FAIL(file->Truncate(11), Errc::NoSpace);
  MUST(file->Truncate(1));
  REQUIRE(MUST(fs.FreeBytes("/")) == 9);
  MUST(fs.Remove("f"));
  REQUIRE(MUST(fs.FreeBytes("/")) == 10);
}

TEST_CASE("MappingsAreOfTheirMoment") {
  MemoryFileSystem fs;
  auto file = Create(fs, "f", "first");
  const auto first = MUST(file->Map());
  MUST(file->WriteAt(0, AsBytes("again")));
  const auto second = MUST(file->Map());
  REQUIRE(AsText(first->bytes()) == "first");
  REQUIRE(AsText(second->bytes()) == "again");
}

TEST_CASE("FilesCarryTheClocksTime") {
  FakeClock clock(5000);
  MemoryFileSystem fs(&clock);
  auto file = Create(fs, "f", "x");
  clock.Advance(250);
  REQUIRE(MUST(fs.Stat("f")).modified_ms == 5000);
  MUST(file->WriteAt(0, AsBytes("y")));
  REQUIRE(MUST(fs.Stat("f")).modified_ms == 5250);
}
