#include "cli/transfer/name_claims.h"

#include "cli/transfer/pull_run.h"
#include "tests/support/fake_remote.h"
#include "tests/support/folding_file_system.h"
#include "tests/support/memory_file_system.h"
#include "tests/support/store_fixture.h"

using namespace banyan;
using namespace banyan::cli;

TEST_CASE("NamesThatDifferInCaseAreTwoWhereTheFileSystemKeepsThemApart") {
  MemoryFileSystem fs;
  NameClaims claims(fs, "own");
  for (const char* path : {"README.md", "readme.md", "Readme.MD", "a/b/x", "A/b/x", "a/B/x",
                           "caf\u00e9", "cafe\u0301", "README.md"}) {
    INFO(path);
    MUST(claims.Claim(path));
  }
  CHECK(MUST(fs.List("own")).empty());
}

TEST_CASE("NamesThatDifferInCaseAreOneWhereTheFileSystemFoldsThem") {
  MemoryFileSystem below;
  FoldingFileSystem fs(below);
  NameClaims claims(fs, "own");
  for (const char* path : {"README.md", "readme.txt", "a/b/x", "README.md"}) {
    INFO(path);
    MUST(claims.Claim(path));
  }
  for (const char* path : {"readme.md", "A/b/x", "a/B/x", "a/b/X"}) {
    INFO(path);
    MUST_FAIL(claims.Claim(path), Errc::Invalid);
  }
  const auto refused = claims.Claim("readme.md");
  CHECK(refused.error().message().find(
            "\"readme.md\" and \"README.md\" differ only in case or form") == 0);
  CHECK(refused.error().message().find("--exclude") != std::string::npos);
  CHECK(MUST(below.List("own")).empty());
}

TEST_CASE("OfNamesThatDifferInCaseOnlyAFewAreTriedOut") {
  MemoryFileSystem fs;
  NameClaims claims(fs, "own");
  // "readme.md", "Readme.md", "rEadme.md", "REadme.md", ...
  const auto variant = [](std::size_t number) {
    std::string name = "readme.md";
    for (std::size_t i = 0; i < 6; ++i) {
      if (number >> i & 1u) name[i] = static_cast<char>(name[i] - 'a' + 'A');
    }
    return name;
  };
  for (std::size_t i = 0; i < NameClaims::kAlikeMax; ++i) MUST(claims.Claim(variant(i)));
  fs.SetFault({.kind = FaultKind::Io, .nth = 1});  // of any trial
  for (std::size_t i = NameClaims::kAlikeMax; i < 64; ++i) {
    const auto refused = claims.Claim(variant(i));
    MUST_FAIL(refused, Errc::Invalid);
    const auto& message = refused.error().message();
    INFO(message);
    CHECK(message.starts_with("\"" + variant(i) + "\" and 16 other files, such as \"readme.md\""));
    CHECK(message.find("--exclude") != message.npos);
  }
  CHECK(fs.struck() == 0);
  fs.ClearFault();
  for (std::size_t i = 0; i < NameClaims::kAlikeMax; ++i) MUST(claims.Claim(variant(i)));
  MUST(claims.Claim("readme.txt"));
  MUST(claims.Claim("Readme.txt"));
  CHECK(MUST(fs.List("own")).empty());
}

TEST_CASE("WhatAKilledPullLeftOfATrialIsNoName") {
  MemoryFileSystem fs;
  MUST(fs.CreateDirectories("own"));
  for (const char* left : {"own/README.md", "own/readme.md"}) MUST(WriteFileDurably(fs, left, {}));
  NameClaims claims(fs, "own");
  MUST(claims.Claim("README.md"));
  MUST(claims.Claim("readme.md"));
}

namespace {

// A mirrored repository may have names that differ in case only.
struct Mirror : banyan::tests::StoreFixture {
  banyan::tests::FakeRemote remote{local()};
  const std::string place = directory.Join("place");
  const storage::RepositoryId id{storage::RepositoryKind::Model, "alice", "m"};

  Mirror() {
    storage::MemoryNodes nodes;
    const auto empty = MUST(storage::EmptyTree(nodes));
    const auto manifest = MUST(storage::UpdateManifest(
        nodes, empty, {{"README.md", Add("one")}, {"readme.md", Add("another")}}));
    remote.objects = nodes.nodes();
    remote.revision.emplace();
    remote.revision->id = "alice/m";
    remote.revision->commit = MUST(GitOid::Parse(std::string(40, 'a')));
    remote.revision->manifest = manifest;
    remote.revision->repository.uid =
        MUST(storage::RepositoryUid::Parse(HashSha256(AsBytes("m")).ToString()));
  }
  storage::ManifestEntry Add(std::string_view text) {
    const auto put = MUST(store->PutBytes(AsBytes(text)));
    MUST(store->Sync());
    remote.Serve(put.content);
    GitBlobHasher hasher(text.size());
    hasher.Update(AsBytes(text));
    return storage::MakeManifestEntry(storage::kModeFile, put.content, hasher.Finish());
  }
  Result<PullReport> Pull(FileSystem& disk, bool cache) {
    const std::atomic<bool> cancelled{false};
    PullProgress progress;
    auto known = MUST(KnownRepositories::Load(fs, directory.Join("known.json")));
    PullRun run(SystemClock(), disk, {&remote}, known, cancelled, progress);
    PullRequest request;
    request.id = id;
    request.rounds = 1;
    return run.Run(request, [&](const RemoteRevision& revision) {
      if (cache) return CacheTarget(disk, place, id, revision.commit, known);
      return FolderTarget(disk, {place}, revision);
    });
  }
};

}  // namespace

TEST_CASE("APullKeepsNamesApartThatDifferInCaseOrRefusesThemBeforeItFetches") {
  for (const bool cache : {false, true}) {
    INFO("cache: " << cache);
    Mirror mirror;
    FoldingFileSystem folding(mirror.fs);
    const auto refused = mirror.Pull(folding, cache);
    MUST_FAIL(refused, Errc::Invalid);
    CHECK(refused.error().message().find("are one file here") != std::string::npos);
    CHECK(mirror.remote.data_requests == 0);
    const auto report = MUST(mirror.Pull(mirror.fs, cache));
    const auto read = [&](const std::string& name) {
      const auto bytes = MUST(ReadFile(mirror.fs, report.place + "/" + name, 100));
      return std::string(AsText(bytes));
    };
    CHECK(read("README.md") == "one");
    CHECK(read("readme.md") == "another");
  }
}
