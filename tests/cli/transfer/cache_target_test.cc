// What a node may make of the cache that other programs read: nothing but what it is.
#include "cli/transfer/known_repositories.h"
#include "cli/transfer/pull_target.h"
#include "tests/support/must.h"
#include "tests/support/temp_directory.h"

using namespace banyan;
using namespace banyan::cli;

namespace {

struct Fixture {
  TempDirectory home;
  FileSystem& fs = DiskFileSystem();
  KnownRepositories known = MUST(KnownRepositories::Load(fs, home.Join("known.json")));
  const std::string commit = std::string(40, 'a');
  std::unique_ptr<PullTarget> target =
      MUST(CacheTarget(fs, home.Join("cache"), {storage::RepositoryKind::Model, "alice", "m"},
                       MUST(GitOid::Parse(commit)), known));
  const std::string refs = home.Join("cache/models--alice--m/refs/");

  std::vector<std::string> Finish(const std::string& ref, const std::string& asked = "") {
    RemoteRevision revision;
    revision.ref = ref;
    return MUST(target->Finish(revision, asked));
  }
  void Write(const std::string& path, std::string_view text) {
    MUST(fs.CreateDirectories(ParentDirectory(path)));
    MUST(WriteFileDurably(fs, path, AsBytes(text)));
  }
  std::string Read(const std::string& path) {
    const auto bytes = MUST(ReadFile(fs, path, 1000));
    return std::string(AsText(bytes));
  }
};

}  // namespace

TEST_CASE("ARefNamesTheCommit") {
  Fixture f;
  CHECK(f.Finish("refs/heads/main").empty());
  CHECK(f.Read(f.refs + "main") == f.commit);
  CHECK(f.Finish("refs/heads/x", "v1.0").empty());
  CHECK(f.Read(f.refs + "v1.0") == f.commit);
}

TEST_CASE("ARefOfALyingNodeLeadsNowhere") {
  Fixture f;
  const auto victim = f.home.Join("victim");
  f.Write(victim, std::string(300, 'v'));
  for (const std::string& ref :
       std::vector<std::string>{"../../../victim", "../victim", "a/../../../../victim", "/etc/x"}) {
    INFO(ref);
    CHECK(f.Finish("refs/heads/" + ref).size() == 1);
    CHECK(f.Finish("", ref).size() == 1);
  }
  CHECK(f.Read(victim) == std::string(300, 'v'));
  CHECK_FALSE(f.fs.Stat(f.home.Join("cache/victim")).has_value());
  CHECK_FALSE(f.fs.Stat(f.home.Join("cache/models--alice--m/victim")).has_value());
}

TEST_CASE("ARefFileThatIsNoneOfOursStays") {
  Fixture f;
  for (const std::string& text : {std::string(40, 'b'), std::string(300, 'x')}) {
    f.Write(f.refs + "main", text);
    CHECK(f.Finish("refs/heads/main").size() == 1);
    CHECK(f.Read(f.refs + "main") == text);
  }
}

TEST_CASE("ABlobMustHaveTheGitIdThatNamesIt") {
  Fixture f;
  PullFile file;
  file.path = "config.json";
  file.entry.size_bytes = 2;
  file.entry.sha256 = HashSha256(AsBytes("{}"));
  GitBlobHasher hasher(2);
  hasher.Update(AsBytes("{}"));
  const GitOid right = hasher.Finish();
  file.entry.oid = MUST(GitOid::Parse(std::string(40, 'c')));
  const auto put = [&] {
    const auto part = MUST(f.target->PartPath(file));
    f.Write(part, "{}");
    return f.target->Place(file, part);
  };
  MUST_FAIL(put(), Errc::Corrupt);
  file.entry.oid = right;
  MUST(put());
  CHECK(f.Read(f.target->Place() + "/config.json") == "{}");
}
