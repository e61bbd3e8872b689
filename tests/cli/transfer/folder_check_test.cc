#include "cli/transfer/folder_check.h"

#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/must.h"
#include "tests/support/temp_directory.h"

using namespace banyan;
using namespace banyan::cli;

namespace {

using Paths = std::vector<std::string>;

PullFile Wanted(const std::string& path, std::string_view content) {
  storage::ManifestEntry entry;
  entry.size_bytes = content.size();
  entry.sha256 = HashSha256(AsBytes(content));
  return {path, entry};
}

void Write(const std::string& path, std::string_view content) {
  MUST(DiskFileSystem().CreateDirectories(ParentDirectory(path)));
  MUST(WriteFileDurably(DiskFileSystem(), path, AsBytes(content)));
}

Status NoProgress(std::uint64_t) { return Ok(); }

}  // namespace

TEST_CASE("FolderThatIsTheRevisionIsSame") {
  const TempDirectory folder;
  Write(folder.Join("a/b.txt"), "content");
  Write(folder.Join("empty"), "");
  std::uint64_t read_bytes = 0;
  const auto report = MUST(CheckFolder(DiskFileSystem(), folder.path(),
                                       {Wanted("a/b.txt", "content"), Wanted("empty", "")},
                                       [&](std::uint64_t bytes) {
                                         read_bytes += bytes;
                                         return Ok();
                                       }));
  REQUIRE(report.IsSame());
  REQUIRE(report.same_files == 2);
  REQUIRE(report.same_bytes == 7);
  REQUIRE(read_bytes == 7);
  REQUIRE(report.extra.empty());
}

TEST_CASE("EveryKindOfDifferenceIsNamed") {
  const TempDirectory folder;
  Write(folder.Join("same"), "1");
  Write(folder.Join("other-content"), "2");
  Write(folder.Join("other-size"), "333");
  Write(folder.Join("was-a-file/now-inside"), "4");
  Write(folder.Join("mine"), "5");
  const auto report =
      MUST(CheckFolder(DiskFileSystem(), folder.path(),
                       {Wanted("gone", "x"), Wanted("other-content", "x"),
                        Wanted("other-size", "x"), Wanted("same", "1"), Wanted("was-a-file", "x")},
                       NoProgress));
  REQUIRE_FALSE(report.IsSame());
  REQUIRE(report.missing == Paths{"gone"});
  REQUIRE(report.changed == Paths{"other-content", "other-size", "was-a-file"});
  REQUIRE(report.extra == Paths{"mine", "was-a-file/now-inside"});
  REQUIRE(report.same_files == 1);
}

TEST_CASE("LinksIntoACacheCountAsTheirFiles") {
  const TempDirectory folder;
  const TempDirectory blobs;
  Write(blobs.Join("blob"), "content");
  REQUIRE(::symlink(blobs.Join("blob").c_str(), folder.Join("model.bin").c_str()) == 0);
  REQUIRE(MUST(CheckFolder(DiskFileSystem(), folder.path(), {Wanted("model.bin", "content")},
                           NoProgress))
              .IsSame());
}

TEST_CASE("WhatIsNoFileIsChangedAndNotOpened") {
  const TempDirectory folder;
  Write(folder.Join("file"), "1");
  REQUIRE(::symlink("nothing", folder.Join("dangling").c_str()) == 0);
  REQUIRE(::mkfifo(folder.Join("pipe").c_str(), 0600) == 0);
  const auto report = MUST(CheckFolder(
      DiskFileSystem(), folder.path(),
      {Wanted("dangling", ""), Wanted("file/below", ""), Wanted("pipe", "")}, NoProgress));
  REQUIRE(report.changed == Paths{"dangling", "pipe"});
  REQUIRE(report.missing == Paths{"file/below"});
}

TEST_CASE("CheckStopsWhenToldTo") {
  const TempDirectory folder;
  Write(folder.Join("a"), "1");
  MUST_FAIL(CheckFolder(DiskFileSystem(), folder.path(), {Wanted("a", "1")},
                        [](std::uint64_t) -> Status { return Error(Errc::Cancelled, "stop"); }),
            Errc::Cancelled);
  MUST_FAIL(CheckFolder(DiskFileSystem(), folder.Join("a"), {}, NoProgress), Errc::Invalid);
  MUST_FAIL(CheckFolder(DiskFileSystem(), folder.Join("b"), {}, NoProgress), Errc::NotFound);
}
