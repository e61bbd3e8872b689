#include <unistd.h>

#include <filesystem>

#include "storage/base/file_system.h"
#include "tests/support/must.h"

using namespace banyan;

TEST_CASE("DiskFileSystemReadsBackWhatWasWritten") {
  auto& fs = DiskFileSystem();
  const std::string dir =
      (std::filesystem::temp_directory_path() / ("banyan-fs-" + std::to_string(::getpid()))).string();
  MUST(fs.CreateDirectories(dir + "/a/b"));
  const std::string path = dir + "/a/b/file";
  MUST(WriteFileDurably(fs, path, AsBytes("hello")));
  MUST(WriteFileDurably(fs, path, AsBytes("other")));
  REQUIRE(AsText(MUST(ReadFile(fs, path, 100))) == "other");
  MUST_FAIL(ReadFile(fs, path, 4), Errc::TooLarge);
  MUST_FAIL(fs.Open(path, OpenMode::CreateNew), Errc::Conflict);
  MUST_FAIL(fs.Open(dir + "/none", OpenMode::Read), Errc::NotFound);
  REQUIRE(MUST(fs.List(dir + "/a/b")) == std::vector<std::string>{"file"});
  auto file = MUST(fs.Open(path, OpenMode::ReadWrite));
  auto mapping = MUST(file->Map());
  MUST(fs.Remove(path));
  REQUIRE(AsText(mapping->bytes()) == "other");
  std::filesystem::remove_all(dir);
}
