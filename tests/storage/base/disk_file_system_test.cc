// What is true of the real disk only; file_system_test.cc has the common contract.
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>

#include "storage/base/file_system.h"
#include "storage/base/page_bytes.h"
#include "storage/base/shared_disk.h"
#include "tests/support/must.h"
#include "tests/support/temp_directory.h"

using namespace banyan;

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
