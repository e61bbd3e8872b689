// Who holds a repository, as a node that mirrors a part of it shows.
#include "node/content_holders.h"

#include <set>

#include "node/data_directory.h"
#include "node/head_metadata.h"
#include "node/own_log.h"
#include "tests/node/admin_node.h"

using namespace banyan;
using namespace banyan::node;

namespace {

constexpr std::int64_t kLaterMs = 61'000;  // peers may be asked again

// `origin` publishes alice/tiny, of which `mirror` has its JSON files and its card.
struct Pair {
  TempDirectory place;
  std::string policy = place.Join("policy.toml");
  std::unique_ptr<AdminNode> origin = std::make_unique<AdminNode>();
  std::unique_ptr<TestNode> mirror;
  std::string origin_id;
  std::string address;  // of the origin
  std::string path;     // of the mirror's standing

  Pair() {
    MUST(WriteFileDurably(DiskFileSystem(), policy, AsBytes("[[select]]\nfiles = \"*.json\"\n")));
    mirror = std::make_unique<TestNode>([&](Config& c) { c.federation_policy = policy; });
    origin->Create(origin->alice, "tiny");
    origin->Commit(origin->alice, "alice/tiny", {{"config.json", "{\"a\": 1}"}});
    origin->CommitLfs(origin->alice, "alice/tiny", "weights.bin", std::string(100'000, 'w'));
    Publish();
    origin_id = origin->Get("/fed/info").Parsed()["node"];
    address = "http://127.0.0.1:" + std::to_string(origin->node().port());
    Order("peers/add", {{"address", address}});
    Order("follow", {{"rule", origin_id}});
    Sync();
    const auto models = mirror->Get("/api/models").Parsed();
    REQUIRE(models.size() == 1);
    path = "/api/models/" + models[0]["id"].get<std::string>() + "/standing";
  }
  void Publish() {
    MUST(DescribeHeads(origin->database(), origin->node().data().content()));
    MUST(origin->node().own_log().Update());
    MUST(mirror->node().own_log().Update());
  }
  void Order(const std::string& operation, const Json& arguments) {
    REQUIRE(mirror->Post(kAdmin + operation, mirror->operator_token(), arguments).status == 200);
  }
  void Sync() {
    auto& follower = mirror->node().follower();
    follower.Hurry();
    while (!follower.IsIdle()) follower.AwaitStep(100);
  }
  Json Look() { return mirror->Get(path, mirror->operator_token()).Parsed(); }
  // A minute after it was asked last.
  Json Ask() {
    mirror->clock().Advance(kLaterMs);
    return mirror->Get(path + "?ask=true", mirror->operator_token()).Parsed();
  }
  Json Stated(const Json& standing) {
    return origin->Call("PUT", "/api/models/alice/tiny/standing", standing, origin->alice).Parsed();
  }
};

}  // namespace

TEST_CASE("ANodeShowsWhatItAndItsPeersHold") {
  Pair p;
  const auto alone = p.Look();  // nobody was asked yet
  CHECK(alone["heard"].is_null());
  REQUIRE(alone["holders"].size() == 1);
  CHECK(alone["holders"][0]["node"] == alone["node"]);
  CHECK(alone["receipts"].empty());  // nothing was ever hidden or refused
  const auto asked = p.Ask();
  CHECK(asked["heard"].is_string());
  CHECK(asked["silent"].empty());
  REQUIRE(asked["holders"].size() == 2);
  const auto& part = asked["holders"][0];
  const auto& whole = asked["holders"][1];
  CHECK(part["node"] == asked["node"]);
  CHECK(part["held_files"] == 1);
  CHECK(part["held_bytes"] == 8);
  CHECK(part["address"].is_null());
  CHECK(part["since"].is_string());
  CHECK(whole["node"] == p.origin_id);
  CHECK(whole["address"] == p.address);
  CHECK(whole["files"] == part["files"]);
  CHECK(whole["held_files"] == whole["files"]);
  CHECK(whole["held_bytes"] == whole["bytes"]);
  CHECK(whole["since"].get<std::string>().starts_with("2026-01-01T00:"));
  CHECK(p.Look() == asked);  // remembered
}

TEST_CASE("APeerThatHidesARepositoryHoldsItAndOneThatStopsItDoesNotSay") {
  Pair p;
  REQUIRE(p.Stated({{"status", "yanked"}, {"reason", "quality"}})["answer"] == "hide");
  CHECK(p.Ask()["holders"].size() == 2);
  REQUIRE(p.Stated({{"status", "removed"}, {"reason", "security"}})["answer"] == "stop");
  CHECK(p.Look()["holders"].size() == 2);  // as it was heard last
  const auto stopped = p.Ask();
  CHECK(stopped["holders"].size() == 1);
  CHECK(stopped["silent"].empty());  // it answers that it has nothing to give
}

TEST_CASE("APeerThatIsAwayIsShownAsSilent") {
  Pair p;
  CHECK(p.Ask()["holders"].size() == 2);
  p.origin.reset();
  CHECK(p.mirror->Get(p.path + "?ask=true").Parsed()["holders"].size() == 2);  // within the minute
  const auto silent = p.Ask();
  CHECK(silent["holders"].size() == 1);
  CHECK(silent["silent"] == Json::array({{{"node", p.origin_id}, {"address", p.address}}}));
  const auto anonymous = p.mirror->Get(p.path).Parsed();
  CHECK(anonymous["silent"] == Json::array({{{"node", p.origin_id}, {"address", nullptr}}}));
}

TEST_CASE("NoAddressSpeaksForAnotherThatClaimsToBeTheSameNode") {
  Pair p;
  const auto other = "http://localhost:" + std::to_string(p.origin->node().port());
  p.Order("peers/add", {{"address", other}});
  p.Sync();
  const auto addresses = [](const Json& list) {
    std::set<std::string> found;
    for (const auto& item : list) {
      if (item["address"].is_string()) found.insert(item["address"]);
    }
    return found;
  };
  const std::set<std::string> both{p.address, other};
  const auto asked = p.Ask();
  CHECK(addresses(asked["holders"]) == both);
  CHECK(asked["holders"].size() == 3);
  p.origin.reset();
  const auto silent = p.Ask();
  CHECK(silent["holders"].size() == 1);
  CHECK(addresses(silent["silent"]) == both);
}

TEST_CASE("WhoIsOnlyANeighbourIsNotAskedWhatItHolds") {
  Pair p;
  MUST(p.mirror->node().data().database().Write([](storage::Connection& c) {
    return c.Execute("UPDATE peer SET found = 2, expected = node");
  }));
  const auto asked = p.Ask();
  CHECK(asked["heard"].is_string());
  CHECK(asked["holders"].size() == 1);
  CHECK(asked["silent"].empty());
}

TEST_CASE("PeersAreNotAskedAboutWhatIsPrivate") {
  Pair p;
  const auto token = p.mirror->NewUser("carol");
  p.mirror->Create(token, "secret", {{"private", true}});
  const auto answer = p.mirror->Get("/api/models/carol/secret/standing?ask=true", token).Parsed();
  CHECK(answer["heard"].is_null());
  REQUIRE(answer["holders"].size() == 1);
  CHECK(answer["holders"][0]["node"] == answer["node"]);
}

TEST_CASE("PeersAreAskedTenTimesAMinuteAndNotBelievedWhenTheirFiguresCannotBe") {
  Pair p;
  ContentHolders holders(p.mirror->clock(), p.mirror->node().follower());
  const std::string tag =
      p.origin->Get("/api/banyan/v0/models/alice/tiny/revision/main").Parsed()["manifest"];
  const auto manifest = MUST(Sha256::Parse(tag));
  const auto said =
      MUST(federation::HoldingsPage::Parse(p.origin->Get("/fed/holdings/" + tag).body));
  auto other = said.holdings;
  other.bytes += 1;
  const auto wrong = holders.Ask(manifest, other);
  REQUIRE(wrong.has_value());
  CHECK(wrong->holders.empty());
  CHECK(wrong->silent.size() == 1);
  p.mirror->clock().Advance(kLaterMs);
  const auto right = holders.Ask(manifest, said.holdings);
  REQUIRE(right.has_value());
  REQUIRE(right->holders.size() == 1);
  CHECK(right->holders[0].holdings == said.holdings);
  for (int i = 0; i < 9; ++i) {
    const auto unknown = holders.Ask(HashSha256(AsBytes(std::to_string(i))), other);
    REQUIRE(unknown.has_value());
    CHECK(unknown->holders.empty());
    CHECK(unknown->silent.empty());
  }
  const auto late = HashSha256(AsBytes(std::string_view("late")));
  CHECK_FALSE(holders.Ask(late, other).has_value());
  CHECK(holders.Ask(manifest, said.holdings)->holders.size() == 1);  // as it was heard
  p.mirror->clock().Advance(kLaterMs);
  CHECK(holders.Ask(late, other).has_value());
}
