#include "federation/mirror/git_rebuild.h"

#include "federation/mirror/run_nodes.h"
#include "storage/history/commit_text.h"
#include "storage/history/git_tree.h"
#include "storage/history/received_history.h"
#include "tests/federation/mirror/mirror_pair.h"

using namespace banyan;
using namespace banyan::federation;
using namespace banyan::federation::testing;

namespace {

// The publisher's own history, rebuilt for a repository that has none.
struct Rebuilding : Publisher {
  Status Try(const std::function<void(StatedHistory&)>& change = nullptr,
             const RebuildLimits& limits = {}) {
    WriteCards();
    auto lease = TRY(database->Read());
    storage::CatalogNodes nodes(*lease);
    StatedHistory stated = TRY(ReadStatedHistory(nodes, *LastCard().card.content));
    if (change) change(stated);
    const auto objects = TRY(storage::GitObjects::Open(*lease, *store));
    RunNodes run_nodes(*lease, peers);
    GitRebuild rebuild(*objects, run_nodes, /*repository=*/0, stated, limits);
    TRY(rebuild.Run());
    blobs = rebuild.blobs();
    built = objects->pending().objects().size();
    return Ok();
  }
  GitRebuild::Blobs blobs;
  std::size_t built = 0;
  FakeClock run_clock;
  std::atomic<bool> cancelled{false};
  MirrorPeers peers{run_clock, {}, cancelled};
};

}  // namespace

TEST_CASE("CommitsAndTheirFoldersAreRebuilt") {
  Rebuilding f;
  f.Push("main", {{"a", "1"}, {"d/b", "2"}});
  f.Push("main", {{"a", "3"}});
  MUST(f.Try());
  CHECK(f.built == 5);  // two commits, two roots, one folder
  CHECK(f.blobs.size() == 3);
}

TEST_CASE("ARebuildEndsWhenItsRunIsCalledOffAttack10") {
  Rebuilding f;
  f.Push("main", {{"a", "1"}});
  f.cancelled = true;
  MUST_FAIL(f.Try(), Errc::Cancelled);
  f.cancelled = false;
  MUST(f.Try());
}

TEST_CASE("CommitsThatChangeMoreThanAMirrorTakesAreRefusedAttack10") {
  Rebuilding f;
  f.Push("main", {{"a", "1"}, {"b", "2"}});
  f.Push("main", {{"a", "2"}, {"b", "1"}});  // changes four in all, two at once, two different ones
  MUST(f.Try(nullptr, {2, 4, 2}));
  MUST_FAIL(f.Try(nullptr, {1, 4, 2}), Errc::TooLarge);
  MUST_FAIL(f.Try(nullptr, {2, 3, 2}), Errc::TooLarge);
  MUST_FAIL(f.Try(nullptr, {2, 4, 1}), Errc::TooLarge);
}

TEST_CASE("AnEmptyFolderCannotBeRebuiltAndTheCommitIsNamed") {
  Rebuilding f;
  f.Push("main", {{"a", "1"}});
  GitOid commit;
  {
    auto lease = MUST(f.database->Read());
    auto objects = MUST(storage::GitObjects::Open(*lease, *f.store));
    const auto empty = MUST(objects->Write(storage::GitObjectType::Tree, {}));
    const auto tree =
        MUST(objects->Write(storage::GitObjectType::Tree,
                            storage::EncodeTree({{storage::kModeFolder, "hollow", empty}})));
    storage::CommitText text{tree, {}, {"Ada", "ada@example.org"}, 1'000'000, "hollow"};
    commit =
        MUST(objects->Write(storage::GitObjectType::Commit, MUST(storage::EncodeCommit(text))));
    auto change = MUST(storage::VerifyReceived(*objects, f.repository,
                                               {{"refs/heads/hollow", std::nullopt, commit}}));
    MUST(f.database->Write([&](storage::Connection& c) -> Status {
      TRY(storage::EnterChange(c, f.repository, change, f.Options()));
      return Ok();
    }));
  }
  const auto tried = f.Try();
  MUST_FAIL(tried, Errc::Invalid);
  CHECK(tried.error().message().find(commit.ToString()) != std::string::npos);
  CHECK(tried.error().message().find("empty folder") != std::string::npos);
}

TEST_CASE("WhatIsStatedMustAddUp") {
  Rebuilding f;
  const auto first = f.Push("main", {{"a", "1"}});
  const auto second = f.Push("main", {{"a", "2"}});
  MUST(f.Try());
  MUST_FAIL(f.Try([&](StatedHistory& stated) { stated.commits.erase(first); }), Errc::Corrupt);
  MUST_FAIL(f.Try([&](StatedHistory& stated) { stated.refs.clear(); }), Errc::Corrupt);
  MUST_FAIL(f.Try([&](StatedHistory& stated) {
    stated.commits.at(second).body = stated.commits.at(first).body;
  }),
            Errc::Corrupt);
  MUST_FAIL(f.Try([&](StatedHistory& stated) {
    std::swap(stated.commits.at(second).manifest, stated.commits.at(first).manifest);
  }),
            Errc::Invalid);  // other trees than the commits name
}

TEST_CASE("ABlobStandsForOneContent") {
  GitRebuild::Blobs blobs;
  storage::ManifestEntry entry{storage::kModeFile, 3, HashSha256(AsBytes("abc")), {}, 1, {}};
  MUST(AddBlob(blobs, entry));
  entry.mode = storage::kModeExecutable;
  MUST(AddBlob(blobs, entry));
  entry.sha256 = HashSha256(AsBytes("abd"));
  MUST_FAIL(AddBlob(blobs, entry), Errc::Corrupt);
}

TEST_CASE("PathsThatAreNotSafeAreRefusedAttack09") {
  for (const std::string path : {"..", "a/../b", ".git/config", "a\\b", "C:x", "a//b"}) {
    Rebuilding f;
    f.Push("main", {{"a", "1"}});
    const auto tried = f.Try([&](StatedHistory& stated) {
      auto& commit = stated.commits.begin()->second;
      MUST(f.database->Write([&](storage::Connection& c) -> Status {
        storage::CatalogNodes nodes(c);
        const storage::ManifestEntry entry{storage::kModeFile, 1, {}, {}, 1, {}};
        commit.manifest =
            TRY(storage::UpdateManifest(nodes, TRY(storage::EmptyTree(nodes)), {{path, entry}}));
        return nodes.TakePending().Insert(c, {*commit.manifest});
      }));
    });
    INFO(path);
    MUST_FAIL(tried, Errc::Invalid);
  }
}
