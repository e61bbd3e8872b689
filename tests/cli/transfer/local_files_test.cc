#include "cli/transfer/local_files.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "tests/support/must.h"
#include "tests/support/temp_directory.h"
#include "tests/support/without_root.h"

using namespace banyan;
using namespace banyan::cli;

namespace {

void Write(const std::string& path, std::string_view content) {
  MUST(DiskFileSystem().CreateDirectories(ParentDirectory(path)));
  MUST(WriteFileDurably(DiskFileSystem(), path, AsBytes(content)));
}

std::vector<std::string> Names(const std::string& folder) {
  std::vector<std::string> out;
  for (const auto& file : MUST(ListLocalFiles(DiskFileSystem(), folder))) {
    out.push_back(file.relative);
  }
  return out;
}

}  // namespace

TEST_CASE("FilesBelowAFolderAreListedInOrder") {
  const TempDirectory folder;
  Write(folder.Join("b"), "1");
  Write(folder.Join("a/c/d"), "2");
  Write(folder.Join(".git/config"), "3");
  REQUIRE(::symlink("b", folder.Join("link").c_str()) == 0);
  CHECK(Names(folder.path()) == std::vector<std::string>{"a/c/d", "b", "link"});
  CHECK(Names(folder.Join("b")) == std::vector<std::string>{"b"});
}

TEST_CASE("AFolderThatCannotBeReadIsNoEmptyOne") {
  const TempDirectory folder;
  Write(folder.Join("a"), "1");
  Write(folder.Join("z/closed/inside"), "2");
  const std::string closed = folder.Join("z/closed");
  REQUIRE(::chmod(closed.c_str(), 0) == 0);
  {
    const WithoutRoot nobody(folder.path());
    const auto listed = ListLocalFiles(DiskFileSystem(), folder.path());
    REQUIRE_FALSE(listed.has_value());
    CHECK(listed.error().code() == Errc::Io);
    CHECK(listed.error().message() == closed + ": Permission denied");
    MUST_FAIL(ListLocalFiles(DiskFileSystem(), closed), Errc::Io);
    MUST_FAIL(ListLocalFiles(DiskFileSystem(), closed + "/inside"), Errc::Io);
  }
  REQUIRE(::chmod(closed.c_str(), 0700) == 0);
  CHECK(Names(folder.path()) == std::vector<std::string>{"a", "z/closed/inside"});
}

TEST_CASE("AListIsAbsentOfAPlaceThatIs") {
  const TempDirectory folder;
  Write(folder.Join("file"), "1");
  MUST_FAIL(ListLocalFiles(DiskFileSystem(), folder.Join("none")), Errc::NotFound);
  MUST_FAIL(ListLocalFiles(DiskFileSystem(), folder.Join("file/below")), Errc::NotFound);
}

TEST_CASE("WhatIsKnownToBeNoFileIsLeftOutAndWhatIsNotKnownIsAnError") {
  const TempDirectory folder;
  REQUIRE(::symlink("nothing", folder.Join("to-nothing").c_str()) == 0);
  REQUIRE(::symlink("circle", folder.Join("circle").c_str()) == 0);
  REQUIRE(::mkfifo(folder.Join("pipe").c_str(), 0600) == 0);
  std::vector<std::string> left_out;
  const auto note = [&](const std::string& relative, std::string_view) {
    left_out.push_back(relative);
  };
  CHECK(MUST(ListLocalFiles(DiskFileSystem(), folder.path(), note)).empty());
  std::sort(left_out.begin(), left_out.end());
  CHECK(left_out == std::vector<std::string>{"circle", "pipe", "to-nothing"});

  const TempDirectory elsewhere;
  Write(elsewhere.Join("closed/file"), "1");
  REQUIRE(::chmod(elsewhere.Join("closed").c_str(), 0) == 0);
  REQUIRE(::symlink(elsewhere.Join("closed/file").c_str(), folder.Join("unseen").c_str()) == 0);
  {
    const WithoutRoot nobody(folder.path());
    const auto listed = ListLocalFiles(DiskFileSystem(), folder.path(), note);
    REQUIRE_FALSE(listed.has_value());
    CHECK(listed.error().message() == folder.Join("unseen") + ": Permission denied");
  }
  REQUIRE(::chmod(elsewhere.Join("closed").c_str(), 0700) == 0);
}
