// The contract of FileSystem, run against the real disk and against memory, so that what a test
// learns from memory holds on a disk.
#include "storage/base/file_system.h"

#include <algorithm>
#include <functional>

#include "storage/base/page_bytes.h"
#include "tests/support/memory_file_system.h"
#include "tests/support/must.h"
#include "tests/support/temp_directory.h"

using namespace banyan;

namespace {

void ForEachImplementation(
    const std::function<void(FileSystem& fs, const std::string& root)>& check) {
  SECTION("on disk") {
    const TempDirectory directory;
    check(DiskFileSystem(), directory.path());
  }
  SECTION("in memory") {
    MemoryFileSystem fs;
    MUST(fs.CreateDirectories("/some/root"));
    check(fs, "/some/root");
  }
}

std::string ReadText(FileSystem& fs, const std::string& path) {
  return std::string(AsText(MUST(ReadFile(fs, path, 1 << 20))));
}

void WriteText(FileSystem& fs, const std::string& path, std::string_view text) {
  MUST(MUST(fs.Open(path, OpenMode::CreateNew))->WriteAt(0, AsBytes(text)));
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("OpenModesDecideWhoMayExist") {
  ForEachImplementation([](FileSystem& fs, const std::string& root) {
    const std::string path = root + "/file";
    MUST_FAIL(fs.Open(path, OpenMode::Read), Errc::NotFound);
    MUST_FAIL(fs.Open(path, OpenMode::ReadWrite), Errc::NotFound);
    MUST_FAIL(fs.Open(root + "/none/file", OpenMode::Create), Errc::NotFound);
    MUST(MUST(fs.Open(path, OpenMode::Create))->WriteAt(0, AsBytes("kept")));
    MUST(fs.Open(path, OpenMode::Create));
    REQUIRE(ReadText(fs, path) == "kept");
    MUST_FAIL(fs.Open(path, OpenMode::CreateNew), Errc::Conflict);
    MUST_FAIL(fs.Open(path + "/below", OpenMode::Create), Errc::NotFound);
    MUST_FAIL(fs.Open(root, OpenMode::ReadWrite), Errc::Io);
    MUST_FAIL(MUST(fs.Open(path, OpenMode::Read))->WriteAt(0, AsBytes("x")), Errc::Io);
  });
}

TEST_CASE("WhatIsWrittenBehindIsReadAndSyncedLikeTheRest") {
  ForEachImplementation([](FileSystem& fs, const std::string& root) {
    auto file = MUST(fs.Open(root + "/file", OpenMode::CreateNew));
    Bytes expected;
    // Whole pages, then a part of one, then whole pages that begin inside one.
    for (const std::size_t size : {1u << 20, 1u << 20, 1000u, 8192u, 1u << 20}) {
      Bytes block(size);
      for (std::size_t i = 0; i < size; ++i) {
        block[i] = static_cast<std::uint8_t>(expected.size() + i * 7);
      }
      PageBytes pages;
      pages.Append(block);
      MUST(file->WriteBehind(expected.size(), std::move(pages)));
      expected.insert(expected.end(), block.begin(), block.end());
      Bytes last(1);
      REQUIRE(MUST(file->ReadAt(expected.size() - 1, last)) == 1);
      REQUIRE(last[0] == expected.back());
    }
    MUST(file->WriteAt(expected.size(), AsBytes("end")));
    MUST(file->Sync());
    REQUIRE(MUST(file->SizeBytes()) == expected.size() + 3);
    const Bytes content = MUST(ReadFile(fs, root + "/file", 8u << 20));
    REQUIRE(ByteView(content).first(expected.size()).size() == expected.size());
    REQUIRE(std::equal(expected.begin(), expected.end(), content.begin()));
  });
}

TEST_CASE("ReadsStopAtTheEndAndWritesLeaveZerosInGaps") {
  ForEachImplementation([](FileSystem& fs, const std::string& root) {
    auto file = MUST(fs.Open(root + "/file", OpenMode::CreateNew));
    Bytes buffer(8, 0xee);
    REQUIRE(MUST(file->ReadAt(0, buffer)) == 0);
    MUST(file->WriteAt(3, AsBytes("abc")));
    REQUIRE(MUST(file->SizeBytes()) == 6);
    REQUIRE(MUST(file->ReadAt(0, buffer)) == 6);
    REQUIRE(buffer == Bytes{0, 0, 0, 'a', 'b', 'c', 0xee, 0xee});
    REQUIRE(MUST(file->ReadAt(5, buffer)) == 1);
    REQUIRE(MUST(file->ReadAt(6, buffer)) == 0);
    REQUIRE(MUST(file->ReadAt(1000, buffer)) == 0);
    MUST(file->WriteAt(100, {}));
    REQUIRE(MUST(file->SizeBytes()) == 6);
    MUST(file->Truncate(4));
    MUST(file->Truncate(6));
    REQUIRE(ReadText(fs, root + "/file") == std::string("\0\0\0a\0\0", 6));
    MUST(file->Sync());
  });
}

TEST_CASE("ALockHasOneHolderAtATime") {
  ForEachImplementation([](FileSystem& fs, const std::string& root) {
    const std::string path = root + "/lock";
    auto held = MUST(fs.Lock(path));
    MUST_FAIL(fs.Lock(path), Errc::Conflict);
    MUST(fs.Lock(root + "/other"));
    held.reset();
    MUST(fs.Lock(path));
    REQUIRE(MUST(fs.Stat(path)).size_bytes == 0);
    MUST_FAIL(fs.Lock(root + "/none/lock"), Errc::NotFound);
  });
}

TEST_CASE("RenameReplacesAFileAndMovesADirectory") {
  ForEachImplementation([](FileSystem& fs, const std::string& root) {
    WriteText(fs, root + "/a", "new");
    WriteText(fs, root + "/b", "old");
    auto old = MUST(fs.Open(root + "/b", OpenMode::Read));
    MUST(fs.Rename(root + "/a", root + "/b"));
    REQUIRE(MUST(fs.List(root)) == Names{"b"});
    REQUIRE(ReadText(fs, root + "/b") == "new");
    Bytes buffer(3);
    MUST(old->ReadAt(0, buffer));
    REQUIRE(AsText(buffer) == "old");
    MUST(fs.Rename(root + "/b", root + "/b"));

    MUST(fs.CreateDirectories(root + "/d/e"));
    WriteText(fs, root + "/d/e/f", "deep");
    MUST(fs.Rename(root + "/d", root + "/g"));
    REQUIRE(ReadText(fs, root + "/g/e/f") == "deep");
    MUST(fs.SyncDirectory(root));

    MUST_FAIL(fs.Rename(root + "/none", root + "/x"), Errc::NotFound);
    MUST_FAIL(fs.Rename(root + "/b", root + "/none/x"), Errc::NotFound);
    MUST_FAIL(fs.Rename(root + "/g", root + "/g/e/h"), Errc::Io);
    MUST_FAIL(fs.Rename(root + "/b", root + "/g"), Errc::Io);
    MUST_FAIL(fs.Rename(root + "/g", root + "/b"), Errc::NotFound);
    MUST(fs.CreateDirectories(root + "/empty"));
    MUST_FAIL(fs.Rename(root + "/empty", root + "/g"), Errc::Io);
    MUST(fs.Rename(root + "/g", root + "/empty"));
    REQUIRE(MUST(fs.List(root)) == Names{"b", "empty"});
  });
}

TEST_CASE("RemoveTakesFilesAndEmptyDirectories") {
  ForEachImplementation([](FileSystem& fs, const std::string& root) {
    MUST(fs.CreateDirectories(root + "/d"));
    WriteText(fs, root + "/d/f", "still open");
    auto open = MUST(fs.Open(root + "/d/f", OpenMode::Read));
    MUST_FAIL(fs.Remove(root + "/d"), Errc::Io);
    MUST(fs.Remove(root + "/d/f"));
    MUST(fs.Remove(root + "/d"));
    MUST_FAIL(fs.Remove(root + "/d"), Errc::NotFound);
    REQUIRE(MUST(open->SizeBytes()) == 10);
    REQUIRE(MUST(fs.List(root)).empty());
  });
}

TEST_CASE("DirectoriesAreMadeListedAndSynced") {
  ForEachImplementation([](FileSystem& fs, const std::string& root) {
    MUST(fs.CreateDirectories(root + "/x/y/z"));
    MUST(fs.CreateDirectories(root + "/x/y/z/"));
    WriteText(fs, root + "/x/file", "f");
    WriteText(fs, root + "/x/B", "f");
    REQUIRE(MUST(fs.List(root + "/x")) == Names{"B", "file", "y"});
    MUST(fs.SyncDirectory(root + "/x"));
    MUST_FAIL(fs.List(root + "/none"), Errc::NotFound);
    MUST_FAIL(fs.List(root + "/x/file"), Errc::NotFound);
    MUST_FAIL(fs.SyncDirectory(root + "/none"), Errc::NotFound);
    MUST_FAIL(fs.CreateDirectories(root + "/x/file"), Errc::Io);
    MUST_FAIL(fs.CreateDirectories(root + "/x/file/y"), Errc::NotFound);
  });
}

TEST_CASE("StatTellsKindSizeAndTime") {
  ForEachImplementation([](FileSystem& fs, const std::string& root) {
    WriteText(fs, root + "/f", "12345");
    const auto file = MUST(fs.Stat(root + "/f"));
    REQUIRE_FALSE(file.is_directory);
    REQUIRE(file.size_bytes == 5);
    REQUIRE(MUST(fs.Stat(root)).is_directory);
    MUST_FAIL(fs.Stat(root + "/none"), Errc::NotFound);
    MUST_FAIL(fs.Stat(root + "/f/x"), Errc::NotFound);
    REQUIRE(MUST(fs.FreeBytes(root)) > 0);
    MUST_FAIL(fs.FreeBytes(root + "/none"), Errc::NotFound);
  });
}

TEST_CASE("MappingOutlivesFileRenameAndRemoval") {
  ForEachImplementation([](FileSystem& fs, const std::string& root) {
    WriteText(fs, root + "/f", "mapped");
    std::unique_ptr<Mapping> mapping;
    {
      auto file = MUST(fs.Open(root + "/f", OpenMode::ReadWrite));
      mapping = MUST(file->Map());
      MUST(file->WriteAt(6, AsBytes(" and longer")));
    }
    REQUIRE(AsText(mapping->bytes()) == "mapped");
    MUST(fs.Rename(root + "/f", root + "/g"));
    MUST(fs.Remove(root + "/g"));
    REQUIRE(AsText(mapping->bytes()) == "mapped");
    WriteText(fs, root + "/none", "");
    REQUIRE(MUST(MUST(fs.Open(root + "/none", OpenMode::Read))->Map())->bytes().empty());
  });
}

TEST_CASE("WholeFilesAreReadWithALimitAndReplacedAtOnce") {
  ForEachImplementation([](FileSystem& fs, const std::string& root) {
    const std::string path = root + "/file";
    MUST(WriteFileDurably(fs, path, AsBytes("longer than the next")));
    MUST(WriteFileDurably(fs, path, AsBytes("hello")));
    REQUIRE(ReadText(fs, path) == "hello");
    REQUIRE(MUST(fs.List(root)) == Names{"file"});
    MUST_FAIL(ReadFile(fs, path, 4), Errc::TooLarge);
    MUST_FAIL(ReadFile(fs, root + "/none", 4), Errc::NotFound);
    MUST_FAIL(WriteFileDurably(fs, root + "/none/file", AsBytes("x")), Errc::NotFound);
  });
}

TEST_CASE("ParentDirectoryIsWhatComesBeforeTheLastSlash") {
  REQUIRE(ParentDirectory("a/b/c") == "a/b");
  REQUIRE(ParentDirectory("/a") == "/");
  REQUIRE(ParentDirectory("c") == ".");
}
