#include "cli/transfer/verified_files.h"

#include <chrono>
#include <filesystem>

#include "tests/support/must.h"
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
    changed = std::filesystem::last_write_time(path);
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
  CHECK(f.Hash(later) == HashSha256(AsBytes("0ne")));
}

TEST_CASE("WhatWasWrittenIsRememberedUntilItChanges") {
  Fixture f;
  auto verified = f.Open();
  verified.Remember("a", kOne);
  verified.Remember("nothing", kOne);
  CHECK(verified.Unchanged() == std::map<std::string, Sha256>{{"a", kOne}});
  f.Touch();
  CHECK(verified.Unchanged().empty());
  MUST(verified.Save());
  CHECK_FALSE(f.Open().Knows("a"));
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
