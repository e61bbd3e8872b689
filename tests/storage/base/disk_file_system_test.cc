// What is true of the real disk only; file_system_test.cc has the common contract.
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <string>

#include "storage/base/copy_file.h"
#include "storage/base/page_bytes.h"
#include "storage/base/shared_disk.h"
#include "tests/support/must.h"
#include "tests/support/temp_directory.h"

using namespace banyan;

namespace {

struct Medium {
  TempDirectory own;
  TempDirectory stick;
  FileSystem& disk = DiskFileSystem();
  std::shared_ptr<FileSystem> below = SharedDiskFileSystem().Below(stick.path());

  Medium() { MUST(WriteFileDurably(disk, own.Join("seed"), AsBytes("secret"))); }

  void Link(const std::string& to, const std::string& name) const {
    std::filesystem::create_symlink(to, stick.Join(name));
  }
  void RequireOwnAsBefore() {
    CHECK(MUST(disk.List(own.path())) == std::vector<std::string>{"seed"});
    CHECK(AsText(MUST(ReadFile(disk, own.Join("seed"), 100))) == "secret");
    CHECK(MUST(disk.Stat(own.Join("seed"))).is_private);
  }
};

// The error says which name is the link.
template <typename R>
void RequireRefused(const R& result, const std::string& link) {
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().code() == Errc::Invalid);
  CHECK(result.error().message().find(link + " is a symbolic link") == 0);
}

}  // namespace

TEST_CASE("DiskFilesAreForTheirOwnerOnly") {
  auto& fs = DiskFileSystem();
  const TempDirectory directory;
  MUST(fs.CreateDirectories(directory.Join("a/b")));
  MUST(fs.Open(directory.Join("a/b/file"), OpenMode::CreateNew));
  struct stat status {};
  REQUIRE(::stat(directory.Join("a/b/file").c_str(), &status) == 0);
  REQUIRE((status.st_mode & 07777) == 0600);
  REQUIRE(::stat(directory.Join("a/b").c_str(), &status) == 0);
  REQUIRE((status.st_mode & 07777) == 0700);
  REQUIRE(MUST(fs.Stat(directory.Join("a/b/file"))).is_private);
}

TEST_CASE("WhatIsMadeToBeGivenAwayIsForAllWhomTheUmaskLets") {
  const auto umask = ::umask(0027);
  auto& fs = SharedDiskFileSystem();
  ::umask(0077);  // as a node has it once it runs
  const TempDirectory directory;
  MUST(fs.CreateDirectories(directory.Join("a/b")));
  MUST(WriteFileDurably(fs, directory.Join("a/b/file"), AsBytes("x")));
  struct stat status {};
  REQUIRE(::stat(directory.Join("a/b/file").c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0640);
  REQUIRE(::stat(directory.Join("a/b").c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0750);
  ::umask(umask);
}

TEST_CASE("TooManyOpenFilesAreNoFaultOfTheDisk") {
  const TempDirectory directory;
  const auto open = [&](const std::string& name) -> Status {
    TRY(DiskFileSystem().Open(directory.Join(name), OpenMode::CreateNew));
    return Ok();
  };
  MUST(open("before"));  // a sanitizer needs files, too, where it meets a type first
  struct rlimit before {};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  struct rlimit none = before;
  none.rlim_cur = 0;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  const Status refused = open("refused");
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  MUST_FAIL(refused, Errc::Unavailable);
  MUST(open("after"));
}

// A file-size limit of the process stands for a disk that takes no more.
TEST_CASE("WhatCannotBeWrittenBehindStaysWithTheCaller") {
  const TempDirectory directory;
  auto file = MUST(DiskFileSystem().Open(directory.Join("file"), OpenMode::CreateNew));
  const Bytes block(1u << 20, 7);
  PageBytes first;
  first.Append(block);
  MUST(file->WriteBehind(0, std::move(first)));
  struct rlimit before {};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const auto old_handler = ::signal(SIGXFSZ, SIG_IGN);
  struct rlimit tight = before;
  tight.rlim_cur = 1u << 20;
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &tight) == 0);
  PageBytes second;
  second.Append(block);
  const Status refused = file->WriteBehind(1u << 20, std::move(second));
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
  ::signal(SIGXFSZ, old_handler);
  MUST_FAIL(refused, Errc::Io);
  CHECK(second.size() == block.size());
  MUST(file->WriteBehind(1u << 20, std::move(second)));
  MUST(file->Sync());
  CHECK(MUST(file->SizeBytes()) == 2u << 20);
}

TEST_CASE("StatTellsWhoMayReadAFile") {
  auto& fs = DiskFileSystem();
  const TempDirectory directory;
  const auto path = directory.Join("file");
  MUST(fs.Open(path, OpenMode::CreateNew));
  for (const mode_t mode : {0640u, 0604u, 0620u, 0601u}) {
    REQUIRE(::chmod(path.c_str(), mode) == 0);
    REQUIRE_FALSE(MUST(fs.Stat(path)).is_private);
  }
  REQUIRE(::chmod(path.c_str(), 0400) == 0);
  REQUIRE(MUST(fs.Stat(path)).is_private);
  REQUIRE(MUST(fs.Stat(path)).is_ours);
  REQUIRE(MUST(fs.Stat("/")).is_ours == (::geteuid() == 0));
}

TEST_CASE("DiskErrorsNameThePathAndTheCall") {
  const auto opened = DiskFileSystem().Open("/none/file", OpenMode::Read);
  REQUIRE(opened.error().message().find("/none/file: open: ") == 0);
}

TEST_CASE("AFullDiskIsNoSpace") {
  if (::access("/dev/full", W_OK) != 0) return;
  auto full = MUST(DiskFileSystem().Open("/dev/full", OpenMode::ReadWrite));
  MUST_FAIL(full->WriteAt(0, AsBytes("x")), Errc::NoSpace);
}

TEST_CASE("Attack9NoFileBelowARootIsReachedThroughALink") {
  Medium m;
  const auto link = m.stick.Join("link");
  SECTION("to a file") { m.Link(m.own.Join("seed"), "link"); }
  SECTION("to nothing") { m.Link(m.own.Join("new"), "link"); }
  SECTION("to a file beside it") {
    MUST(WriteFileDurably(*m.below, m.stick.Join("file"), AsBytes("x")));
    m.Link("file", "link");
  }
  for (const auto mode :
       {OpenMode::Read, OpenMode::ReadWrite, OpenMode::Create, OpenMode::CreateNew}) {
    RequireRefused(m.below->Open(link, mode), link);
  }
  RequireRefused(m.below->Stat(link), link);
  RequireRefused(m.below->Lock(link), link);
  RequireRefused(m.below->CreateDirectories(link), link);
  RequireRefused(m.below->CreateDirectories(link + "/deeper"), link);
  RequireRefused(CopyFileDurably(*m.below, link, m.stick.Join("copy")), link);
  m.RequireOwnAsBefore();
  // A name itself may go, and be another's.
  MUST(WriteFileDurably(*m.below, link, AsBytes("another")));
  CHECK(AsText(MUST(ReadFile(*m.below, link, 100))) == "another");
  m.RequireOwnAsBefore();
}

TEST_CASE("Attack9NoDirectoryBelowARootIsReachedThroughALink") {
  Medium m;
  MUST(m.below->CreateDirectories(m.stick.Join("a")));
  m.Link(m.own.path(), "a/link");
  MUST(WriteFileDurably(*m.below, m.stick.Join("file"), AsBytes("x")));
  const auto link = m.stick.Join("a/link");
  RequireRefused(m.below->Open(link + "/seed", OpenMode::Read), link);
  RequireRefused(m.below->Open(link + "/new", OpenMode::Create), link);
  RequireRefused(m.below->Rename(m.stick.Join("file"), link + "/seed"), link);
  RequireRefused(m.below->Rename(link + "/seed", m.stick.Join("taken")), link);
  RequireRefused(m.below->Remove(link + "/seed"), link);
  RequireRefused(m.below->CreateDirectories(link + "/b/c"), link);
  RequireRefused(m.below->List(link), link);
  RequireRefused(m.below->SyncDirectory(link), link);
  RequireRefused(m.below->Stat(link + "/seed"), link);
  RequireRefused(m.below->FreeBytes(link + "/seed"), link);
  MUST_FAIL(m.below->Open(m.stick.Join("a/../file"), OpenMode::Read), Errc::Invalid);
  MUST_FAIL(m.below->Open(m.stick.Join("none/file"), OpenMode::Read), Errc::NotFound);
  MUST_FAIL(m.below->Open(m.stick.Join("file/below"), OpenMode::Read), Errc::NotFound);
  m.RequireOwnAsBefore();
}

TEST_CASE("BelowARootWithoutLinksAllIsAsEver") {
  TempDirectory directory;
  MUST(DiskFileSystem().CreateDirectories(directory.Join("real")));
  std::filesystem::create_symlink("real", directory.Join("typed"));
  const auto root = directory.Join("typed");  // the way to the root may have links
  const auto below = DiskFileSystem().Below(root + "/");
  MUST(below->CreateDirectories(root + "//a/b/"));
  MUST(WriteFileDurably(*below, root + "//a/b/file", AsBytes("x")));
  CHECK(MUST(below->List(root + "/a/b")) == std::vector<std::string>{"file"});
  CHECK(MUST(below->Stat(directory.Join("real/a/b/file"))).size_bytes == 1);
  CHECK(MUST(below->Stat(root)).is_directory);
  CHECK(MUST(below->FreeBytes(root + "/a/b/file")) > 0);
  MUST(below->Lock(root + "/a/lock"));
  MUST(below->Rename(root + "/a/b/file", root + "/file"));
  MUST(below->SyncDirectory(root));
  MUST(below->Remove(root + "/a/b"));
  MUST_FAIL(below->Open(root + "/a/b/file", OpenMode::Create), Errc::NotFound);
  MUST_FAIL(below->Open(root + "/file", OpenMode::CreateNew), Errc::Conflict);
  const auto file = std::filesystem::canonical(root + "/file").string();
  CHECK(AsText(MUST(ReadFile(*DiskFileSystem().Below("/"), file, 9))) == "x");
}

TEST_CASE("WhatIsMadeBelowARootToBeGivenAwayIsForAll") {
  Medium m;
  MUST(m.below->CreateDirectories(m.stick.Join("a/b")));
  MUST(WriteFileDurably(*m.below, m.stick.Join("a/b/file"), AsBytes("x")));
  MUST(WriteFileDurably(SharedDiskFileSystem(), m.stick.Join("beside"), AsBytes("x")));
  struct stat made {};
  struct stat beside {};
  REQUIRE(::stat(m.stick.Join("a/b/file").c_str(), &made) == 0);
  REQUIRE(::stat(m.stick.Join("beside").c_str(), &beside) == 0);
  CHECK(made.st_mode == beside.st_mode);
}
