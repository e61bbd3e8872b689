// Origins that lie, and trees and names made to do harm: the rows of the design's table of attacks
// that belong to mirroring.
#include <limits>

#include "federation/mirror/mirror_files.h"
#include "federation/mirror/mirror_run.h"
#include "federation/mirror/object_fetch.h"
#include "storage/history/commit_text.h"
#include "storage/history/search_tree.h"
#include "tests/federation/mirror/mirror_pair.h"

using namespace banyan;
using namespace banyan::federation;
using namespace banyan::federation::testing;
using banyan::tests::Noise;
using storage::SearchNode;

namespace {

// Has the objects that it is given, under their right names.
class ObjectPeer final : public PeerSource {
 public:
  Sha256 Add(Bytes object) {
    const auto id = HashSha256(object);
    objects_.emplace(id, std::move(object));
    return id;
  }
  Sha256 Add(const SearchNode& node) { return Add(storage::EncodeNode(node)); }

  std::string Name() const override { return "objects"; }
  Result<Bytes> Get(const std::string&, std::size_t) override {
    return Error(Errc::NotFound, "no files");
  }
  Status Read(const std::string&, std::uint64_t, std::uint64_t, const Sink&) override {
    return Error(Errc::NotFound, "no files");
  }
  Result<std::vector<std::optional<Bytes>>> GetObjects(std::span<const Sha256> ids) override {
    std::vector<std::optional<Bytes>> answer;
    for (const auto& id : ids) {
      const auto found = objects_.find(id);
      answer.push_back(found == objects_.end() ? std::nullopt : std::optional(found->second));
    }
    return answer;
  }

 private:
  std::map<Sha256, Bytes> objects_;
};

struct TreeFetch : Follower {
  ObjectPeer peer;
  std::vector<PeerSource*> list = {&peer};
  MirrorPeers peers{clock, list, cancelled};

  Status Fetch(const Sha256& tree, const ObjectLimits& limits = {}) {
    ObjectFetch fetch(*database, peers, limits);
    return fetch.FetchTrees({tree});
  }
  // A leaf of so many items, whose keys begin so.
  Sha256 AddLeaf(const std::string& prefix, int items) {
    SearchNode leaf{0, {}};
    for (int i = 0; i < items; ++i) leaf.items.push_back({prefix + std::to_string(1000 + i), "1"});
    return peer.Add(leaf);
  }
};

SearchNode Inner(int level, const std::vector<std::pair<std::string, Sha256>>& children,
                 std::uint64_t items_of_child = 1) {
  SearchNode node{level, {}};
  for (const auto& [key, id] : children) {
    node.items.push_back({key, storage::EncodeChildRef({id, items_of_child})});
  }
  return node;
}

}  // namespace

TEST_CASE("AnOriginThatLiesAboutADigestIsToBlameAndNoPeer") {
  MirrorPair p;
  auto& f = p.publisher;
  auto file = f.Upload(Noise(300'000, 1), f.repository);
  file.sha256 = HashSha256(AsBytes("something else"));
  MUST(f.database->Write([&](storage::Connection& c) {
    return c.Execute("UPDATE file SET sha256 = ? WHERE id = ?", file.sha256, file.row);
  }));
  f.Commit({storage::AddUploaded{"a.bin", file, true}});
  const auto report = p.Run({&p.one, &p.two});
  MUST_FAIL(report.outcome, Errc::Corrupt);
  CHECK(report.lies.empty());
  CHECK(p.follower.Problem(1).find("the origin lied about file") == 0);
  CHECK(p.follower.Count("SELECT count(*) FROM ref") == 0);
}

TEST_CASE("AnOriginThatLiesAboutAHashIsFoundOut") {
  MirrorPair p;
  auto& f = p.publisher;
  const Bytes content = Noise(300'000, 1);
  auto file = f.Upload(content, f.repository);
  const auto other = f.Upload(Noise(300'000, 2), f.repository);
  file.hash = other.hash;
  MUST(f.database->Write([&](storage::Connection& c) {
    return c.Execute("UPDATE file SET hash = ? WHERE id = ?", file.hash, file.row);
  }));
  f.Commit({storage::AddUploaded{"a.bin", file, true}});
  // Who has the content already sees that it has another hash.
  p.follower.StoreFixture::Commit(p.follower.repository, content);
  const auto report = p.Run({&p.one});
  MUST_FAIL(report.outcome, Errc::Corrupt);
  CHECK(report.lies.empty());
}

TEST_CASE("ABlobHasTheIdThatItsContentGives") {
  MirrorPair p;
  p.publisher.CommitText("a", "one");
  p.Mirror();
  p.follower.Read([&](storage::History& history) {
    const auto head = p.follower.Resolve("main");
    auto entry = *MUST(history.FindFile(head, "a"));
    const auto file = *MUST(storage::FindFile(history.connection(), entry.sha256));
    CHECK_FALSE(MUST(MakeBlob(history.objects(), entry, file)).is_pointer);
    entry.oid = MUST(history.objects().Hash(storage::GitObjectType::Blob, AsBytes("two")));
    MUST_FAIL(MakeBlob(history.objects(), entry, file), Errc::Corrupt);
  });
}

TEST_CASE("AMalformedNodeStopsTheRunAttack08") {
  TreeFetch f;
  const auto text = AsBytes("not a node");
  MUST_FAIL(f.Fetch(f.peer.Add(Bytes(text.begin(), text.end()))), Errc::Corrupt);
  CHECK(f.peers.lies().list().empty());  // it is what was asked for
  Bytes huge = storage::EncodeNode({0, {}});
  huge.resize(storage::kMaxNodeBytes + 1);
  MUST_FAIL(f.Fetch(f.peer.Add(std::move(huge))), Errc::NotFound);
  CHECK(f.peers.lies().list().size() == 1);
}

TEST_CASE("ATreeIsNoDeeperThanItSaysAttack10") {
  TreeFetch f;
  const auto leaf = f.peer.Add(SearchNode{0, {{"a", "1"}}});
  const auto inner = f.peer.Add(Inner(1, {{"a", leaf}}));
  MUST_FAIL(f.Fetch(f.peer.Add(Inner(3, {{"a", leaf}}))), Errc::Corrupt);
  MUST_FAIL(f.Fetch(f.peer.Add(Inner(1, {{"a", inner}}))), Errc::Corrupt);
  MUST(f.Fetch(inner));
  const auto empty = f.peer.Add(SearchNode{0, {}});
  MUST_FAIL(f.Fetch(f.peer.Add(Inner(1, {{"b", empty}}))), Errc::Corrupt);
  MUST(f.Fetch(empty));
}

TEST_CASE("ATreeHasNoMoreNodesThanAllowedAttack10") {
  TreeFetch f;
  std::vector<std::pair<std::string, Sha256>> children;
  for (char c = 'a'; c <= 'z'; ++c) {
    children.emplace_back(std::string(1, c), f.peer.Add(SearchNode{0, {{std::string(1, c), "1"}}}));
  }
  const auto wide = f.peer.Add(Inner(1, children));
  MUST_FAIL(f.Fetch(wide, {20, 1u << 20}), Errc::TooLarge);
  MUST_FAIL(f.Fetch(wide, {100, 500}), Errc::TooLarge);
  CHECK(f.peers.lies().list().empty());
  MUST(f.Fetch(wide));
  MUST(f.Fetch(wide, {100, 500}));  // nothing is left to fetch
}

TEST_CASE("ANodeThatIsNamedTwiceIsRefusedAsItComesAttack10") {
  TreeFetch f;
  const auto leaf = f.peer.Add(SearchNode{0, {{"a", "1"}}});
  const auto twice = f.peer.Add(Inner(1, {{"a", leaf}, {"b", leaf}}));
  MUST_FAIL(f.Fetch(twice), Errc::Corrupt);
  CHECK(f.Count("SELECT count(*) FROM tree_node") == 0);
  CHECK(f.peers.lies().list().empty());
}

TEST_CASE("ATreeHasNoMoreItemsThanItsRootSaysAttack10") {
  TreeFetch f;
  const std::vector<std::pair<std::string, Sha256>> leaves = {{"a", f.AddLeaf("a", 100)},
                                                              {"b", f.AddLeaf("b", 100)}};
  const auto honest = f.peer.Add(Inner(1, leaves, 100));
  ObjectFetch fetch(*f.database, f.peers);
  MUST_FAIL(fetch.FetchTrees({honest}, 199), Errc::TooLarge);
  CHECK(fetch.fetched_bytes() < 200);  // the root alone
  MUST_FAIL(f.Fetch(f.peer.Add(Inner(1, leaves, 10))), Errc::Corrupt);
  MUST_FAIL(f.Fetch(f.peer.Add(Inner(1, leaves, std::uint64_t{1} << 63))), Errc::Corrupt);
  ObjectFetch again(*f.database, f.peers);
  MUST(again.FetchTrees({honest}, 200));
  ObjectFetch third(*f.database, f.peers);  // what is here counts as what comes
  MUST_FAIL(third.FetchTrees({honest}, 199), Errc::TooLarge);
  CHECK(third.fetched_bytes() == 0);
}

TEST_CASE("ObjectsAreKeptOnlyWhereThereIsRoomAttack10") {
  TreeFetch f;
  const auto root =
      f.peer.Add(Inner(1, {{"a", f.AddLeaf("a", 100)}, {"b", f.AddLeaf("b", 100)}}, 100));
  ObjectFetch fetch(*f.database, f.peers, {}, [](std::uint64_t bytes) -> Status {
    if (bytes < 500) return Ok();
    return Error(Errc::NoSpace, "no room");
  });
  MUST_FAIL(fetch.FetchTrees({root}), Errc::NoSpace);
  CHECK(f.Count("SELECT count(*) FROM tree_node") == 1);
  CHECK(f.peers.lies().list().empty());
}

TEST_CASE("ObjectsBeyondTheFirstTakeOfTheRoomOfMirrors") {
  MirrorPair p;
  auto parts = p.follower.Parts();
  parts.room.held_bytes = 3'000'000;
  MUST(RequireObjectRoom(parts, 1, 2'000'000));
  MUST_FAIL(RequireObjectRoom(parts, 1, 4'000'000), Errc::TooLarge);
  parts.room.held_bytes = 1;
  MUST(RequireObjectRoom(parts, 1, 1'000'000));  // a change that only takes away comes all the same
  MUST_FAIL(RequireObjectRoom(parts, 1, 2'000'000), Errc::TooLarge);
}

TEST_CASE("NothingIsAskedForBelowTheReserveOfTheDiskAttack19") {
  MirrorPair p;
  p.publisher.CommitText("a", "one");
  const auto card = p.Follow();
  p.follower.store.reset();
  p.follower.store = MUST(
      storage::ContentStore::Open(SystemClock(), p.follower.fs, *p.follower.database,
                                  {p.follower.root, std::numeric_limits<std::int64_t>::max()}));
  std::vector<PeerSource*> peers = {&p.one};
  MUST_FAIL(RepositoryMirror(p.follower.Parts()).Run(card, peers).outcome, Errc::NoSpace);
  MUST_FAIL(RepositoryMirror(p.follower.Parts()).Measure(card, peers), Errc::NoSpace);
  CHECK(p.follower.Count("SELECT count(*) FROM obtained_object") == 0);
}

TEST_CASE("AFirstCopyIsNotBegunWhereNothingFits") {
  MirrorPair p;
  p.publisher.CommitFile("a.bin", Noise(100'000, 1));
  p.Mirror();
  const auto card = p.Follow();
  MUST(p.follower.database->Write([](storage::Connection& c) {  // as if another took the room
    return c.Execute("UPDATE mirror SET leaf = NULL");
  }));
  auto parts = p.follower.Parts();
  parts.room.held_bytes = 1;
  std::vector<PeerSource*> peers = {&p.one};
  p.one.objects_sent = 0;
  MUST_FAIL(RepositoryMirror(parts).Run(card, peers).outcome, Errc::TooLarge);
  CHECK(p.one.objects_sent == 0);
  parts.room = {};
  MUST(RepositoryMirror(parts).Run(card, peers).outcome);
}

TEST_CASE("MoreCommitsThanAMirrorTakesAreRefusedAttack10") {
  storage::MemoryNodes nodes;
  std::vector<storage::SearchChange> commits;
  for (std::uint64_t i = 0; i <= kMaxStatedCommits; ++i) {
    ByteWriter key;
    key.Raw(Bytes(12, 0));
    for (int shift = 56; shift >= 0; shift -= 8) key.U8(static_cast<std::uint8_t>(i >> shift));
    const CommitTreeEntry entry{storage::GitObjectType::Commit, HashSha256(key.bytes()), Sha256()};
    commits.push_back({std::string(AsText(key.bytes())), EncodeCommitTreeEntry(entry)});
  }
  const auto empty = MUST(storage::EmptyTree(nodes));
  CardContent content;
  content.manifest = content.refs = empty;
  content.commits = MUST(storage::UpdateTree(nodes, empty, commits));
  MUST_FAIL(ReadStatedHistory(nodes, content), Errc::TooLarge);
  commits.pop_back();
  content.commits = MUST(storage::UpdateTree(nodes, empty, commits));
  MUST(ReadStatedHistory(nodes, content));
}

TEST_CASE("AnOriginTakesNoNameOfAnotherAttack22") {
  MirrorPair p;
  p.publisher.Rename("Owner");  // a user here is called so
  p.publisher.CommitText("a", "1");
  p.Mirror();
  const auto node = p.publisher.origin.node.ToString().substr(0, 16);
  CHECK(p.follower.Mirrored(1).id.Path() == node + "_Owner/name");
  p.publisher.Rename("api");  // a route is called so
  p.publisher.Describe();
  MUST(p.publisher.Execute("UPDATE repository SET name = 'name2', folded = 'name2'"));
  p.Mirror();
  CHECK(p.follower.Mirrored(1).id.Path() == node + "_api/name2");
}

TEST_CASE("ADigestInAManifestOpensNothingPrivateAttack21") {
  MirrorPair p;
  const Bytes secret = Noise(100'000, 5);
  const auto hidden = p.follower.AddRepository("hidden", true);
  p.follower.StoreFixture::Commit(hidden, secret);
  // An old revision names the file, so that its content is not fetched.
  p.publisher.CommitFile("a.bin", secret);
  const auto old = p.publisher.CommitFile("a.bin", Noise(100'000, 6));
  p.publisher.CommitFile("a.bin", Noise(100'000, 7));
  p.Mirror();
  p.follower.Mirrored(1);
  const auto parent = p.follower.Resolve(old.ToString());
  p.follower.Read([&](storage::History& history) {
    const auto first = MUST(history.ReadCommit(parent.commit)).parents.front();
    const auto revision = p.follower.Resolve(first.ToString());
    REQUIRE(MUST(history.FindFile(revision, "a.bin"))->sha256 == HashSha256(secret));
    CHECK_FALSE(MUST(history.ReadSmallFile(revision, "a.bin", 200'000)).has_value());
  });
  CHECK(p.follower.Count("SELECT count(*) FROM file WHERE public_references > 0 AND size = "
                         "100000") == 1);
}

TEST_CASE("AnOriginLearnsNotWhichTreesAndCommitsAreHerePrivatelyAttack21") {
  MirrorPair p;
  MirrorPair stranger;
  for (auto* pair : {&p, &stranger}) pair->publisher.CommitText("a", "one");
  stranger.Mirror();
  // The follower has the very same history, in a private repository.
  p.Mirror();
  p.follower.Mirrored(1);
  MUST(p.follower.database->Write([](storage::Connection& c) {
    return c.ExecuteScript(
        "UPDATE repository SET uid = randomblob(32), private = 1, origin = NULL, name = 'kept', "
        "folded = 'kept' WHERE origin IS NOT NULL;"
        "DELETE FROM repository_card; DELETE FROM obtained_object");
  }));
  const auto card = p.follower.Follow(p.publisher);
  p.one.has_nothing = true;
  MUST_FAIL(p.follower.Run(card, {&p.one}).outcome, Errc::NotFound);
  p.one.has_nothing = false;
  p.one.objects_sent = 0;
  MUST(p.follower.Run(card, {&p.one}).outcome);
  CHECK(p.one.objects_sent == stranger.one.objects_sent);
}

TEST_CASE("WhatPeersGaveForACardIsNotAskedForAgain") {
  MirrorPair p;
  p.publisher.CommitText("a", std::string(300'000, 'a'));
  p.one.data_budget = 0;
  CHECK_FALSE(p.Run({&p.one}).outcome);
  CHECK(p.one.objects_sent > 0);
  CHECK(p.follower.Count("SELECT count(*) FROM obtained_object") > 0);
  p.one.objects_sent = 0;
  p.one.data_budget = -1;
  MUST(p.follower.Run(1, {&p.one}).outcome);
  CHECK(p.one.objects_sent == 0);
  CHECK(p.follower.Count("SELECT count(*) FROM obtained_object") == 0);
}
