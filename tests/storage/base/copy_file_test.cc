#include "storage/base/copy_file.h"

#include "storage/base/digest.h"
#include "tests/support/fault_loop.h"

using namespace banyan;

TEST_CASE("CopyContentHandsOnEveryPiece") {
  MemoryFileSystem fs;
  const Bytes content(9u << 20, 7);
  MUST(WriteFileDurably(fs, "from", content));
  MUST(WriteFileDurably(fs, "to", Bytes(10u << 20)));
  Sha256Hasher hasher;
  const auto copied = MUST(CopyContent(fs, "from", "to", [&](ByteView piece) {
    hasher.Update(piece);
    return Ok();
  }));
  REQUIRE(copied == content.size());
  REQUIRE(hasher.Finish() == HashSha256(content));
  REQUIRE(MUST(ReadFile(fs, "to", 20u << 20)) == content);
  const auto refuse = [](ByteView) { return Status(Error(Errc::Cancelled, "enough")); };
  MUST_FAIL(CopyContent(fs, "from", "to", refuse), Errc::Cancelled);
  MUST_FAIL(CopyContent(fs, "nothing", "to"), Errc::NotFound);
}

TEST_CASE("CopyFileDurablyGivesTheOldFileOrTheNew") {
  const Bytes before = {1, 2, 3};
  const Bytes after = {4, 5};
  bool done = false;
  Workload workload;
  workload.setup = [&](MemoryFileSystem& fs) {
    done = false;
    MUST(WriteFileDurably(fs, "from", after));
    MUST(fs.CreateDirectories("deep"));
    MUST(WriteFileDurably(fs, "deep/to", before));
  };
  workload.operation = [&](MemoryFileSystem& fs) -> Status {
    TRY(CopyFileDurably(fs, "from", "deep/to"));
    done = true;
    return Ok();
  };
  workload.verify = [&](MemoryFileSystem& fs) {
    const Bytes found = MUST(ReadFile(fs, "deep/to", 10));
    REQUIRE((found == after || (found == before && !done)));
  };
  ForEveryFault(workload);
  ForEveryCrash(workload);
}
