// What an examination of the own log sees.
#include "federation/log_check.h"

#include <thread>

#include "storage/content/backup_directory.h"
#include "tests/federation/log_fixture.h"
#include "tests/support/memory_file_system.h"

using namespace banyan;
using namespace banyan::federation;
using namespace banyan::federation::testing;

namespace {

// A log with more entries than a tile has.
struct Fixture : LogFixture {
  static constexpr std::uint64_t kEntries = 601;

  MemoryFileSystem disk;
  std::atomic<bool> cancelled{false};
  std::unique_ptr<LogFiles> files = MUST(TryOpen());

  Result<std::unique_ptr<LogFiles>> TryOpen() {
    return LogFiles::Open(*database, disk, clock, origin, {"log", ""});
  }
  void Grow(std::uint64_t count) {
    MUST(database->Write([&](storage::Connection& c) -> Status {
      for (std::uint64_t i = 0; i < count; ++i) {
        TRY(AppendEntry(c, origin.log, AsBytes("{\"t\":\"x\",\"v\":1}")));
      }
      return Ok();
    }));
  }
  void Publish() {
    Grow(kEntries - 1);
    MUST(files->Publish());
  }
  Result<LogCheck> Check() {
    auto lease = TRY(database->Read());
    return CheckLogFiles(*lease, disk, "log", origin.log, cancelled);
  }
  void RequireSound() {
    const auto check = MUST(Check());
    INFO(check.wrong_file);
    REQUIRE(check.wrong_files == 0);
    REQUIRE(check.signed_entries == kEntries);
  }
};

// A disk on which the log grows whenever somebody opens one of its bundles.
class GrowingDisk final : public FileSystem {
 public:
  explicit GrowingDisk(Fixture& log) : log_(log) {}
  int grown() const { return grown_; }

  Result<std::unique_ptr<File>> Open(const std::string& path, OpenMode mode) override {
    if (grown_ < 20 && path.find("tile/entries/") != path.npos) {
      ++grown_;
      log_.Grow(1);
      MUST(log_.files->Publish());
    }
    return log_.disk.Open(path, mode);
  }
  Status Rename(const std::string& from, const std::string& to) override {
    return log_.disk.Rename(from, to);
  }
  Status Remove(const std::string& path) override { return log_.disk.Remove(path); }
  Status CreateDirectories(const std::string& path) override {
    return log_.disk.CreateDirectories(path);
  }
  Result<std::vector<std::string>> List(const std::string& directory) override {
    return log_.disk.List(directory);
  }
  Status SyncDirectory(const std::string& directory) override {
    return log_.disk.SyncDirectory(directory);
  }
  Result<FileStat> Stat(const std::string& path) override { return log_.disk.Stat(path); }
  Result<std::uint64_t> FreeBytes(const std::string& path) override {
    return log_.disk.FreeBytes(path);
  }
  Result<std::unique_ptr<FileLock>> Lock(const std::string& path) override {
    return log_.disk.Lock(path);
  }

 private:
  Fixture& log_;
  int grown_ = 0;
};

}  // namespace

TEST_CASE("ALogThatIsNotSignedYetHasNothingToCheck") {
  Fixture f;
  f.Grow(3);
  const auto check = MUST(f.Check());
  CHECK(check.signed_entries == 0);
  CHECK(check.wrong_files == 0);
}

TEST_CASE("EveryFileOfALogIsComparedWithItsRows") {
  Fixture f;
  f.Publish();
  f.RequireSound();
  std::size_t seen = 0;
  for (const auto& name : MUST(storage::ListFilesBelow(f.disk, "log"))) {
    if (name == "checkpoint") continue;
    INFO(name);
    const auto path = "log/" + name;
    const auto whole = MUST(ReadFile(f.disk, path, 1u << 20));
    auto other = whole;
    other[other.size() / 2] ^= 1;
    auto longer = whole;
    longer.push_back(0);
    for (const auto& wrong : std::vector{other, longer, Bytes()}) {
      MUST(WriteFileDurably(f.disk, path, wrong));
      const auto check = MUST(f.Check());
      CHECK(check.wrong_files == 1);
      CHECK(check.wrong_file == path);
    }
    MUST(f.disk.Remove(path));
    CHECK(MUST(f.Check()).wrong_file == path);
    MUST(WriteFileDurably(f.disk, path, whole));
    ++seen;
  }
  CHECK(seen == 3 + 3 + 1);  // bundles, hashes of entries, and of those
  f.RequireSound();
}

TEST_CASE("RowsThatWereNotSignedYetAreFine") {
  Fixture f;
  f.Publish();
  f.Grow(300);
  f.RequireSound();
}

TEST_CASE("RowsThatDoNotLeadToTheSignedRootAreSeen") {
  Fixture f;
  f.Publish();
  SECTION("one is another") {
    MUST(f.Execute("UPDATE log_entry SET entry = x'7b7d' WHERE position = 5"));
  }
  SECTION("the last are not there") {
    MUST(f.Execute("DELETE FROM log_entry WHERE position >= 600"));
  }
  SECTION("one between is not there") {
    MUST(f.Execute("DELETE FROM log_entry WHERE position = 300"));
  }
  MUST_FAIL(f.Check(), Errc::Corrupt);
}

TEST_CASE("ACheckpointThatTheLogDidNotSignIsSeen") {
  Fixture f;
  f.Publish();
  auto note = MUST(ReadFile(f.disk, "log/checkpoint", 1000));
  const auto at = std::string(AsText(note)).find("601");
  note[at] = '5';
  MUST(WriteFileDurably(f.disk, "log/checkpoint", note));
  MUST_FAIL(f.Check(), Errc::Invalid);
}

TEST_CASE("ACheckEndsWhenItIsTold") {
  Fixture f;
  f.Publish();
  f.cancelled = true;
  MUST_FAIL(f.Check(), Errc::Cancelled);
}

TEST_CASE("ALogThatGrowsAllTheWhileIsReadOnce") {
  Fixture f;
  f.Publish();
  GrowingDisk disk(f);
  std::uint64_t wrong = 0;
  SECTION("whose files are right") {}
  SECTION("of which a whole file is wrong") {
    MUST(WriteFileDurably(f.disk, "log/tile/entries/001", AsBytes("other")));
    wrong = 1;
  }
  auto lease = MUST(f.database->Read());
  const auto check = MUST(CheckLogFiles(*lease, disk, "log", f.origin.log, f.cancelled));
  CHECK(check.signed_entries == Fixture::kEntries);
  CHECK(check.wrong_files == wrong);
  CHECK(disk.grown() == 3);  // once for each bundle
}

TEST_CASE("ALogIsSoundWhileItGrows") {
  Fixture f;
  MUST(f.files->Publish());
  std::atomic<bool> ended{false};
  std::uint64_t checks = 0;
  std::string wrong;
  std::thread checker([&] {
    while (!ended || checks == 0) {
      const auto check = f.Check();
      if (!check) wrong = check.error().message();
      if (check && check->wrong_files > 0) wrong = check->wrong_file;
      ++checks;
    }
  });
  for (int i = 0; i < 200; ++i) {
    f.Grow(2);
    MUST(f.files->Publish());
  }
  ended = true;
  checker.join();
  CHECK(checks > 0);
  CHECK(wrong.empty());
}
