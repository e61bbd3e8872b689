#include "cli/transfer/verified_files.h"

#include <chrono>
#include <filesystem>

#include "tests/support/must.h"
#include "tests/support/passing_file_system.h"
#include "tests/support/temp_directory.h"

using namespace banyan;
using namespace banyan::cli;

namespace {

struct Fixture {
  TempDirectory home;
  FileSystem& fs = DiskFileSystem();
  const std::string path = home.Join("a");
  const std::string kept_in = home.Join("kept.json");
  std::filesystem::file_time_type changed;

  Fixture() {
    Write("one");
    changed = std::filesystem::last_write_time(path) - std::chrono::seconds(10);
    std::filesystem::last_write_time(path, changed);
  }
  void Write(std::string_view text) { MUST(WriteFileDurably(fs, path, AsBytes(text))); }
  // Other content of the same size, as a disk may have it that forgets.
  void Rot() {
    Write("0ne");
    std::filesystem::last_write_time(path, changed);
  }
  void Touch() { std::filesystem::last_write_time(path, changed + std::chrono::seconds(1)); }
  VerifiedFiles Open() { return VerifiedFiles(fs, home.path(), kept_in); }
  Sha256 Hash(VerifiedFiles& verified) {
    return MUST(verified.Hash("a", MUST(FindOccupant(path))));
  }
};

const Sha256 kOne = HashSha256(AsBytes("one"));
const Sha256 kOther = HashSha256(AsBytes("0ne"));

// Somebody writes the file anew as soon as a reader has opened it.
class ChangingFileSystem final : public PassingFileSystem {
 public:
  explicit ChangingFileSystem(Fixture& fixture)
      : PassingFileSystem(fixture.fs), fixture_(fixture) {}
  Result<std::unique_ptr<File>> Open(const std::string& path, OpenMode mode) override {
    auto file = PassingFileSystem::Open(path, mode);
    if (path == fixture_.path) fixture_.Write("0ne");
    return file;
  }

 private:
  Fixture& fixture_;
};

}  // namespace

TEST_CASE("AFileIsHashedAgainOnlyWhenItWasChanged") {
  Fixture f;
  auto verified = f.Open();
  CHECK_FALSE(verified.Knows("a"));
  CHECK(f.Hash(verified) == kOne);
  MUST(verified.Save());
  auto later = f.Open();
  CHECK(later.Knows("a"));
  f.Rot();
  CHECK(f.Hash(later) == kOne);  // it did not look
  f.Touch();
  CHECK(later.Unchanged().empty());
  CHECK(f.Hash(later) == kOther);
  CHECK(MUST(f.fs.List(f.home.path())) == std::vector<std::string>{"a", "kept.json"});
}

TEST_CASE("AFileThatIsChangedWhileItIsHashedIsHashedAgain") {
  Fixture f;
  ChangingFileSystem changing(f);
  VerifiedFiles verified(changing, f.home.path(), f.kept_in);
  CHECK(f.Hash(verified) == kOne);
  CHECK_FALSE(verified.Knows("a"));
  MUST(verified.Save());
  auto later = f.Open();
  CHECK(f.Hash(later) == kOther);
}

TEST_CASE("AFileWhoseNextChangeMightNotShowIsHashedAgain") {
  Fixture f;
  auto verified = f.Open();
  CHECK(f.Hash(verified) == kOne);
  const auto to_come = std::filesystem::file_time_type::clock::now() + std::chrono::hours(1);
  std::filesystem::last_write_time(f.path, to_come);
  CHECK_FALSE(verified.FindSettled(f.path).has_value());
  CHECK(f.Hash(verified) == kOne);
  CHECK_FALSE(verified.Knows("a"));
  f.changed = to_come;
  f.Rot();
  CHECK(f.Hash(verified) == kOther);
}

TEST_CASE("WhatIsNoFileIsNotSettled") {
  Fixture f;
  auto verified = f.Open();
  CHECK(verified.FindSettled(f.path).has_value());
  CHECK_FALSE(verified.FindSettled(f.home.path()).has_value());
  CHECK_FALSE(verified.FindSettled(f.home.Join("nothing")).has_value());
  VerifiedFiles clockless(f.fs, f.home.path(), f.home.Join("nowhere/kept.json"));
  CHECK_FALSE(clockless.FindSettled(f.path).has_value());
  CHECK(f.Hash(clockless) == kOne);
  CHECK_FALSE(clockless.Knows("a"));
}

TEST_CASE("WhatWasWrittenIsRememberedUntilItChanges") {
  Fixture f;
  auto verified = f.Open();
  verified.Remember("a", verified.FindSettled(f.path), kOne);
  verified.Remember("nothing", verified.FindSettled(f.home.Join("nothing")), kOne);
  CHECK(verified.Unchanged() == std::map<std::string, Sha256>{{"a", kOne}});
  f.Touch();
  CHECK(verified.Unchanged().empty());
  MUST(verified.Save());
  CHECK_FALSE(f.Open().Knows("a"));
}

TEST_CASE("WhatWasChangedSinceItWasWrittenIsNotRemembered") {
  Fixture f;
  auto verified = f.Open();
  const auto written = verified.FindSettled(f.path);
  verified.Remember("a", written, kOne);
  CHECK(verified.Knows("a"));
  f.Write("0ne");
  verified.Remember("a", written, kOne);
  CHECK_FALSE(verified.Knows("a"));
  CHECK(f.Hash(verified) == kOther);
}

TEST_CASE("ADamagedMemoryOfVerifiedFilesIsEmpty") {
  Fixture f;
  for (const char* text : {"", "[]", "{", R"({"a":{"size":3}})", R"({"a":7})"}) {
    INFO(text);
    MUST(WriteFileDurably(f.fs, f.kept_in, AsBytes(text)));
    auto verified = f.Open();
    CHECK_FALSE(verified.Knows("a"));
    CHECK(f.Hash(verified) == kOne);
  }
}
