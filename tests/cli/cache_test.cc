// cache list, prune, verify; and cli/transfer/{hub_cache,cache_prune,cache_check}.h below them.
#include <filesystem>

#include "cli/transfer/pull_target.h"
#include "tests/cli/program_runner.h"

using namespace banyan;
using namespace banyan::cli;

namespace {

namespace files = std::filesystem;

const std::string kOld(40, 'a');
const std::string kNew(40, 'b');

// alice/tiny with two revisions: README.md differs, model.bin is the same. `main` is the newer.
struct Cache : ProgramRunner {
  std::string root = home.Join("cache/models--alice--tiny");
  std::string shared = AddBlob(std::string(1000, 'm'));
  std::string old_readme = AddBlob(std::string(10, 'o'));
  std::string new_readme = AddBlob(std::string(20, 'n'));

  Cache() {
    variables["BANYAN_CACHE"] = home.Join("cache");
    Link(kOld, "sub/model.bin", shared);
    Link(kOld, "README.md", old_readme);
    Link(kNew, "sub/model.bin", shared);
    Link(kNew, "README.md", new_readme);
    Write("cache/models--alice--tiny/refs/main", kNew);
  }
  std::string AddBlob(const std::string& content) {
    const std::string name = HashSha256(AsBytes(content)).ToString();
    Write("cache/models--alice--tiny/blobs/" + name, content);
    return name;
  }
  void Link(const std::string& commit, const std::string& path, const std::string& blob) {
    const std::string link = root + "/snapshots/" + commit + "/" + path;
    MUST(DiskFileSystem().CreateDirectories(ParentDirectory(link)));
    const std::string up = path.find('/') == path.npos ? "../../" : "../../../";
    files::create_symlink(up + "blobs/" + blob, link);
  }
  void Age(const std::string& path, int days) {
    files::last_write_time(root + "/" + path,
                           files::file_time_type::clock::now() - std::chrono::hours(24 * days));
  }
  bool Has(const std::string& path) { return files::exists(root + "/" + path); }
};

}  // namespace

TEST_CASE("CacheListShowsRevisionsWithTheirRefsAndSizes") {
  Cache cache;
  cache.Write("cache/notes.txt", "not a repository");
  cache.Write("cache/datasets--bob--words/refs/main", kOld);  // pulled by nobody yet
  const auto list = cache.OutputJson({"cache", "list"});
  REQUIRE(FindInt(list, "bytes") == 1030);
  REQUIRE(list["revisions"].size() == 2);
  const auto& first = list["revisions"][0];
  REQUIRE(FindString(first, "repository") == "alice/tiny");
  REQUIRE(FindString(first, "commit") == kOld);
  REQUIRE(first["refs"].empty());
  REQUIRE(FindInt(first, "files") == 2);
  REQUIRE(FindInt(first, "bytes") == 1010);
  REQUIRE(list["revisions"][1]["refs"][0] == "main");
  REQUIRE(cache.Output({"cache", "list"}).find("alice/tiny\t" + kNew + "\tmain\t2\t1020\t") !=
          std::string::npos);
}

TEST_CASE("CacheListOfNoCacheIsEmpty") {
  ProgramRunner runner;
  REQUIRE(runner.OutputJson({"cache", "list"})["revisions"].empty());
  runner.variables["HF_HOME"] = runner.home.Join("hf");
  const auto list = runner.OutputJson({"cache", "list", "--hf-cache"});
  REQUIRE(FindString(list, "place") == runner.home.Join("hf/hub"));
}

TEST_CASE("CachePruneRemovesWhatNobodyNamesAndNothingElseNeeds") {
  Cache cache;
  const auto would = cache.OutputJson({"cache", "prune", "--dry-run"});
  REQUIRE(FindInt(would, "freed_bytes") == 10);
  REQUIRE(cache.Has("snapshots/" + kOld));
  const auto done = cache.OutputJson({"cache", "prune"});
  REQUIRE(FindInt(done, "freed_bytes") == 10);
  REQUIRE(done["revisions"].size() == 1);
  REQUIRE(FindString(done["revisions"][0], "commit") == kOld);
  REQUIRE_FALSE(cache.Has("snapshots/" + kOld));
  REQUIRE_FALSE(cache.Has("blobs/" + cache.old_readme));
  REQUIRE(cache.Has("snapshots/" + kNew + "/sub/model.bin"));  // through the link
  REQUIRE(cache.Has("snapshots/" + kNew + "/README.md"));
  REQUIRE(FindInt(cache.OutputJson({"cache", "prune"}), "freed_bytes") == 0);
}

TEST_CASE("CachePruneGoesByAgeAndByName") {
  Cache cache;
  REQUIRE(FindInt(cache.OutputJson({"cache", "prune", "--older-than", "1d"}), "freed_bytes") == 0);
  cache.Age("snapshots/" + kOld, 3);
  const auto young = cache.OutputJson({"cache", "prune", "--dry-run", "--older-than", "4d"});
  REQUIRE(young["revisions"].empty());
  const auto old = cache.OutputJson({"cache", "prune", "--dry-run", "--older-than", "2d"});
  REQUIRE(old["revisions"].size() == 1);
  cache.Failure({"cache", "prune", "alice/other"}, 3);
  cache.Failure({"cache", "prune", "--older-than", "soon"}, 2);
  cache.Age("snapshots/" + kNew, 3);
  REQUIRE(cache
              .OutputJson({"cache", "prune", "--dry-run", "--referenced", "--older-than",
                           "2d"})["revisions"]
              .size() == 1);  // the ref was written just now
  const auto all = cache.OutputJson({"cache", "prune", "alice/tiny", "--referenced"});
  REQUIRE(FindInt(all, "freed_bytes") == 1030);
  REQUIRE_FALSE(cache.Has(""));
}

TEST_CASE("CachePruneLeavesFreshStraysAndOtherClientsFiles") {
  Cache cache;
  const std::string stray = cache.AddBlob("stray");
  cache.Write("cache/models--alice--tiny/blobs/" + kNew + ".incomplete", "another client's");
  cache.Write("cache/models--alice--tiny/blobs/" + kNew + ".banyan-part", "part");
  cache.Write("cache/models--alice--tiny/blobs/" + kNew + ".banyan-part.journal", "journal");
  MUST(DiskFileSystem().CreateDirectories(cache.root + "/.banyan-pruned/left"));
  cache.Run({"cache", "prune"});
  REQUIRE(cache.Has("blobs/" + stray));
  REQUIRE(cache.Has("blobs/" + kNew + ".banyan-part"));
  REQUIRE_FALSE(cache.Has(".banyan-pruned"));
  for (const std::string& name :
       {stray, kNew + ".incomplete", kNew + ".banyan-part", kNew + ".banyan-part.journal"}) {
    cache.Age("blobs/" + name, 2);
  }
  const auto report = cache.OutputJson({"cache", "prune"});
  REQUIRE(FindInt(report, "stray_files") == 1);
  REQUIRE(FindInt(report, "unfinished_files") == 1);
  REQUIRE(FindInt(report, "freed_bytes") == 5 + 4 + 7);
  REQUIRE_FALSE(cache.Has("blobs/" + stray));
  REQUIRE_FALSE(cache.Has("blobs/" + kNew + ".banyan-part.journal"));
  REQUIRE(cache.Has("blobs/" + kNew + ".incomplete"));
}

TEST_CASE("CachePrunePassesOverARepositoryThatAPullWorksOn") {
  Cache cache;
  const std::string path = cache.home.Join("cache/.locks/models--alice--tiny/banyan.lock");
  MUST(DiskFileSystem().CreateDirectories(ParentDirectory(path)));
  const auto lock = MUST(LockTarget(DiskFileSystem(), path, "alice/tiny"));
  const auto report = cache.OutputJson({"cache", "prune"});
  REQUIRE(report["busy"][0] == "alice/tiny");
  REQUIRE(cache.Has("snapshots/" + kOld));
}

TEST_CASE("CacheVerifyFindsDamageAndRepairRemovesIt") {
  Cache cache;
  const auto good = cache.OutputJson({"cache", "verify"});
  REQUIRE(FindInt(good, "files") == 3);
  REQUIRE(FindInt(good, "bytes") == 1030);
  cache.Write("cache/models--alice--tiny/blobs/" + cache.shared, std::string(1000, 'x'));
  const auto error = cache.Failure({"cache", "verify"}, 9);
  REQUIRE(error.find("--repair") != std::string::npos);
  REQUIRE(cache.terminal.output().find("damaged  alice/tiny@" + kOld) != std::string::npos);
  REQUIRE(cache.terminal.output().find("damaged  alice/tiny@" + kNew) != std::string::npos);
  const auto repaired = cache.OutputJson({"cache", "verify", "--repair"});
  REQUIRE(repaired["damage"].size() == 1);
  REQUIRE(FindString(repaired["damage"][0], "blob") == cache.shared);
  REQUIRE_FALSE(cache.Has("blobs/" + cache.shared));
  cache.Failure({"cache", "verify", "alice/tiny"}, 9);  // both revisions lack a file
  REQUIRE(cache.terminal.output().find("is missing: sub/model.bin") != std::string::npos);
  REQUIRE(cache.OutputJson({"cache", "list"})["revisions"][0]["missing"][0] == "sub/model.bin");
  cache.Failure({"cache", "verify", "bob/none"}, 3);
}

TEST_CASE("CacheVerifyKnowsGitsNames") {
  Cache cache;
  GitBlobHasher hasher(5);
  hasher.Update(AsBytes("hello"));
  const std::string name = hasher.Finish().ToString();
  const std::string place = "cache/models--alice--tiny/blobs/";
  cache.Write(place + name, "hello");
  cache.Write(place + "W-etag", "of a hub with other names");
  const auto report = cache.OutputJson({"cache", "verify"});
  REQUIRE(FindInt(report, "files") == 4);
  REQUIRE(FindInt(report, "unknown") == 1);
  cache.Write(place + name, "hellO");
  cache.Failure({"cache", "verify"}, 9);
}

TEST_CASE("CompletionAndHelpKnowTheCache") {
  ProgramRunner runner;
  REQUIRE(runner.Output({"completion", "bash"}).find("'cache prune'") != std::string::npos);
  const auto help = runner.Output({"help", "cache", "prune"});
  for (const char* word : {"--older-than", "--dry-run", "banyan cache prune --dry-run"}) {
    INFO(word);
    REQUIRE(help.find(word) != std::string::npos);
  }
}
