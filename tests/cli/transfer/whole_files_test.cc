#include "cli/transfer/whole_files.h"

#include "tests/support/memory_file_system.h"
#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::cli;
using Outcome = WholeFiles::Outcome;

namespace {

storage::ManifestEntry Wanted(std::string_view content) {
  storage::ManifestEntry entry;
  entry.size_bytes = content.size();
  entry.sha256 = HashSha256(AsBytes(content));
  GitBlobHasher hasher(content.size());
  hasher.Update(AsBytes(content));
  entry.oid = hasher.Finish();
  return entry;
}

struct Fixture {
  MemoryFileSystem fs;
  std::atomic<bool> cancelled{false};
  WholeFiles whole{fs, cancelled};

  std::string Write(const std::string& path, std::string_view text) {
    MUST(fs.CreateDirectories(ParentDirectory(path)));
    MUST(WriteFileDurably(fs, path, AsBytes(text)));
    return path;
  }
};

}  // namespace

TEST_CASE("BlobsAreKnownByEitherName") {
  Fixture f;
  f.Write("cache/models--a--b/blobs/" + Wanted("large").sha256.ToString(), "large");
  f.Write("cache/datasets--a--b/blobs/" + Wanted("small").oid.ToString(), "small");
  f.Write("cache/models--a--b/blobs/" + Wanted("half").sha256.ToString() + ".incomplete", "half");
  f.Write("cache/notes/blobs/" + Wanted("notes").sha256.ToString(), "notes");
  f.whole.ClaimBlobs("cache");
  f.whole.ClaimBlobs("absent");
  for (const char* content : {"large", "small"}) {
    CHECK(MUST(f.whole.Copy(Wanted(content), "copy")) == Outcome::Found);
    CHECK(AsText(MUST(ReadFile(f.fs, "copy", 100))) == content);
  }
  CHECK(MUST(f.whole.Find(Wanted("half"))) == Outcome::NotFound);
  CHECK(MUST(f.whole.Find(Wanted("notes"))) == Outcome::NotFound);
}

TEST_CASE("AClaimIsProvenAndTheNextOneTried") {
  Fixture f;
  f.whole.Claim(Wanted("right").sha256, "gone");
  f.whole.Claim(Wanted("right").sha256, f.Write("longer", "longer"));
  f.whole.Claim(Wanted("right").sha256, f.Write("wrong", "wrong"));
  CHECK(MUST(f.whole.Find(Wanted("right"))) == Outcome::NotFound);
  CHECK(MUST(f.whole.Copy(Wanted("right"), "copy")) == Outcome::NotFound);
  f.whole.Claim(Wanted("right").sha256, f.Write("good", "right"));
  CHECK(MUST(f.whole.Find(Wanted("right"))) == Outcome::Found);
  CHECK(MUST(f.whole.Copy(Wanted("right"), "copy")) == Outcome::Found);
}

TEST_CASE("AnInterruptEndsTheSearch") {
  Fixture f;
  f.whole.Claim(Wanted("right").sha256, f.Write("good", "right"));
  f.cancelled = true;
  MUST_FAIL(f.whole.Find(Wanted("right")), Errc::Cancelled);
  MUST_FAIL(f.whole.Copy(Wanted("right"), "copy"), Errc::Cancelled);
}
