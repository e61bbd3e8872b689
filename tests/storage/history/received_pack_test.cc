// Packs that the real git made, read into pending objects.

#include "storage/history/received_pack.h"

#include "storage/history/lfs.h"
#include "tests/support/history_fixture.h"

using namespace banyan;
using namespace banyan::storage;
using namespace banyan::tests;

namespace {

struct Received {
  HistoryFixture f;
  TempDirectory directory;

  Received() { test::Git(directory.path(), {"init", "-q", "-b", "main", "."}); }
  void Commit(const std::string& path, const std::string& text) {
    MUST(WriteFileDurably(DiskFileSystem(), directory.Join(path), AsBytes(text)));
    test::Git(directory.path(), {"add", "-A"});
    test::Git(directory.path(), {"commit", "-q", "-m", path});
  }
  Result<std::size_t> Read(const ReceivedPackLimits& limits = {}) {
    test::Git(directory.path(), {"repack", "-adq"});
    auto lease = TRY(f.database->Read());
    const auto objects = TRY(GitObjects::Open(*lease, *f.store));
    TRY(ReadReceivedPacks(*objects, DiskFileSystem(), directory.Join(".git/objects/pack"), limits));
    large_bytes = 0;
    for (const auto& [oid, blob] : objects->pending().blobs()) {
      if (blob.size_bytes > kMaxGitBlobBytes) large_bytes += blob.size_bytes;
    }
    return objects->pending().object_count();
  }
  std::uint64_t large_bytes = 0;
};

}  // namespace

TEST_CASE("EveryObjectOfAReceivedPackIsPending") {
  Received pack;
  for (int i = 0; i < 20; ++i) pack.Commit("a", std::string(5000, 'x') + std::to_string(i));
  CHECK(MUST(pack.Read()) == 60);
}

TEST_CASE("LargeFilesOfAReceivedPackAreNotRead") {
  Received pack;
  pack.Commit("a", std::string(kMaxGitBlobBytes + 5, 'x'));
  CHECK(MUST(pack.Read()) == 3);
  CHECK(pack.large_bytes == kMaxGitBlobBytes + 5);
}

TEST_CASE("ReadingAReceivedPackEndsWhenItIsNotToGoOn") {
  Received pack;
  for (int i = 0; i < 3; ++i) pack.Commit("a", std::to_string(i));
  int asked = 0;
  ReceivedPackLimits limits;
  limits.go_on = [&]() -> Status {
    return ++asked < 5 ? Ok() : Status(Error(Errc::Cancelled, "stopped"));
  };
  MUST_FAIL(pack.Read(limits), Errc::Cancelled);
  CHECK(asked == 5);
}

TEST_CASE("ReceivedCommitsAndFoldersHaveLimits") {
  Received pack;
  for (int i = 0; i < 5; ++i) pack.Commit("file" + std::to_string(i), "x" + std::to_string(i));
  MUST_FAIL(pack.Read({100, 1u << 20}), Errc::TooLarge);
  MUST_FAIL(pack.Read({1u << 20, 1000}), Errc::TooLarge);
  MUST(pack.Read({1u << 20, 1u << 20}));
}

TEST_CASE("VersionsOfAReceivedFolderTakeLittleMemory") {
  Received pack;
  for (int i = 0; i < 1000; ++i) {
    const std::string name = "file-" + std::to_string(i);
    MUST(WriteFileDurably(DiskFileSystem(), pack.directory.Join(name), AsBytes(name)));
  }
  for (int i = 0; i < 20; ++i) pack.Commit("changed", std::to_string(i));
  // The folder alone has some 35 kB in each version.
  CHECK(MUST(pack.Read({1u << 20, 200'000})) == 1000 + 3 * 20);
}
