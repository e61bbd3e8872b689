// A node that mirrors another in part: what its clients are answered.
#include "node/demanded_files.h"

#include "federation/fetch_budget.h"
#include "node/data_directory.h"
#include "node/follower.h"
#include "node/head_metadata.h"
#include "node/own_log.h"
#include "tests/node/test_node.h"

using namespace banyan;
using namespace banyan::node;

namespace {

constexpr const char* kOnDemand = "[[select]]\ncontent = \"on demand\"\n";
const std::string kWeights(100'000, 'w');

// One publishes alice/tiny, the other follows it by its policy.
struct Gateway {
  TempDirectory place;
  std::string policy = place.Join("policy.toml");
  std::unique_ptr<TestNode> origin = std::make_unique<TestNode>();
  std::unique_ptr<TestNode> node;
  std::string name;

  // The repository is gated at its origin when `gating` is given.
  explicit Gateway(const std::string& text, const std::string& gating = "") {
    MUST(WriteFileDurably(DiskFileSystem(), policy, AsBytes(text)));
    node = std::make_unique<TestNode>([&](Config& config) { config.federation_policy = policy; });
    const auto alice = origin->NewUser("alice");
    origin->Create(alice, "tiny");
    origin->Commit(alice, "alice/tiny", {{"README.md", "---\nlicense: mit\n---\n"}});
    origin->Commit(alice, "alice/tiny", {{"config.json", "{\"a\": 1}"}});
    origin->CommitLfs(alice, "alice/tiny", "weights.bin", kWeights);
    if (!gating.empty()) {
      const auto body = DumpJson({{"gated", gating}});
      origin->Send({"PUT", "/api/models/alice/tiny/settings", alice, {}, body});
    }
    MUST(DescribeAll(*origin));
    MUST(origin->node().own_log().Update());
    auto& token = node->operator_token();
    REQUIRE(node->Post("/api/banyan/v0/admin/peers/add", token, {{"address", Address()}}).status ==
            200);
    REQUIRE(node->Post("/api/banyan/v0/admin/follow", token, {{"rule", OriginId()}}).status == 200);
    Sync();
    const auto models = node->Get("/api/models").Parsed();
    REQUIRE(models.size() == 1);
    name = models[0]["id"];
  }

  static Status DescribeAll(TestNode& at) {
    return DescribeHeads(at.node().data().database(), at.node().data().content());
  }
  std::string Address() const {
    return "http://127.0.0.1:" + std::to_string(origin->node().port());
  }
  std::string OriginId() const { return origin->Get("/fed/info").Parsed()["node"]; }
  void Sync() {
    auto& follower = node->node().follower();
    follower.Hurry();
    while (!follower.IsIdle()) follower.AwaitStep(100);
  }
  std::string Path(const std::string& file) const { return "/" + name + "/resolve/main/" + file; }
  Json Mark() const { return node->Get("/api/models/" + name).Parsed()["banyan"]; }
  // Of weights.bin, as git-lfs asks.
  Json Batch() const {
    const auto reply = node->Post(
        "/" + name + ".git/info/lfs/objects/batch", "",
        {{"operation", "download"},
         {"objects",
          {{{"oid", HashSha256(AsBytes(kWeights)).ToString()}, {"size", kWeights.size()}}}}});
    REQUIRE(reply.status == 200);
    return reply.Parsed()["objects"][0];
  }
};

}  // namespace

TEST_CASE("AFileThatIsNotHeldIsListedAndComesWhenAskedFor") {
  Gateway g(kOnDemand);
  CHECK(g.node->Get("/api/models/" + g.name + "/tree/main").Parsed().size() == 4);
  CHECK(g.Mark()["held_files"] == 1);
  CHECK(g.Mark()["trust"] == "unwitnessed");
  CHECK(g.Mark()["origin"] == g.OriginId());
  const auto head = g.node->Head(g.Path("weights.bin"));
  CHECK(head.status == 200);
  CHECK(head.Header("Content-Length") == std::to_string(kWeights.size()));
  CHECK(head.Header("ETag") == "\"" + HashSha256(AsBytes(kWeights)).ToString() + "\"");
  CHECK(g.Mark()["held_files"] == 1);  // nothing came for that
  CHECK(g.node->Get(g.Path("weights.bin")).body == kWeights);
  CHECK(g.node->Get("/" + g.name + "/raw/main/config.json").body == "{\"a\": 1}");
  CHECK(g.Mark()["held_files"] == 3);
  CHECK(g.node->Get(g.Path("none")).status == 404);
  g.origin.reset();
  CHECK(g.node->Get(g.Path("weights.bin")).body == kWeights);
}

TEST_CASE("LfsClientsGetWhatIsNotHeld") {
  Gateway g(kOnDemand);
  const std::string link = g.Batch()["actions"]["download"]["href"];
  const auto reply = g.node->Follow("GET", link);
  CHECK(reply.status == 200);
  CHECK(reply.body == kWeights);
}

TEST_CASE("WhatDoesNotComeIsRefusedAndNeverSaidNotToExist") {
  Gateway g("[[select]]\nfiles = \"*.json\"\n");
  CHECK(g.node->Get(g.Path("config.json")).status == 200);
  for (const auto& reply :
       {g.node->Get(g.Path("weights.bin")), g.node->Head(g.Path("weights.bin"))}) {
    CHECK(reply.status == 403);
    CHECK(reply.Header("X-Error-Message").find(g.OriginId()) != std::string::npos);
    CHECK(reply.Header("X-Error-Message").find(g.Address()) != std::string::npos);
    CHECK(reply.Header("X-Error-Code") == "(none)");
    CHECK(reply.Header("Cache-Control") == "no-store");
  }
  CHECK(g.Batch()["error"]["code"] == 403);
  CHECK(g.Mark()["others"] == "refused");
}

TEST_CASE("AccessToAMirroredRepositoryIsAskedForAtItsOrigin") {
  Gateway g(kOnDemand, "auto");
  const auto bob = g.node->NewUser("bob");
  const auto request = "/api/models/" + g.name + "/user-access-request";
  for (const auto& token : {std::string(), bob}) {
    const auto asked = g.node->Post(request, token, Json::object());
    CHECK(asked.status == 403);
    const auto file = g.node->Get(g.Path("weights.bin"), token);
    CHECK(file.status == (token.empty() ? 401 : 403));
    CHECK(file.Header("X-Error-Code") == "GatedRepo");
    for (const auto& reply : {asked, file}) {
      const std::string error = reply.Parsed()["error"];
      INFO(error);
      CHECK(error.find(g.OriginId()) != std::string::npos);
      CHECK(error.find(g.Address()) != std::string::npos);
      CHECK(error.find("user-access-request") == std::string::npos);
    }
  }
  CHECK(g.node->Post(request + "/grant", g.node->operator_token(), {{"user", "bob"}}).status ==
        403);
  CHECK(g.node->Get(request + "/pending", bob).status == 403);
  CHECK(g.node->Get(g.Path("weights.bin"), bob).status == 403);
}

TEST_CASE("AnOpenMirrorLeavesNothingToAskFor") {
  Gateway g(kOnDemand);
  for (const auto& token : {std::string(), g.node->NewUser("bob")}) {
    const auto asked =
        g.node->Post("/api/models/" + g.name + "/user-access-request", token, Json::object());
    CHECK(asked.status == 400);
    CHECK(asked.Parsed()["error"] == "This repository is open: there is nothing to ask for");
  }
}

TEST_CASE("WhatNoPeerSendsIs503AndTriedAgainLater") {
  Gateway g(kOnDemand);
  const auto address = g.Address();
  g.origin.reset();
  const auto reply = g.node->Get(g.Path("weights.bin"));
  CHECK(reply.status == 503);
  CHECK(reply.Header("Retry-After") == "10");
  CHECK(reply.Header("X-Error-Code") == "FileNotHeld");
  CHECK(reply.body.find("no node that was asked could send it") != std::string::npos);
  CHECK(g.node->Head(g.Path("weights.bin")).status == 200);
}

TEST_CASE("Attack11FilesThatNobodyHasDoNotKeepOthersFromBeingFetched") {
  Gateway g(kOnDemand);
  auto& files = g.node->node().demanded_files();
  storage::ManifestEntry entry;
  entry.size_bytes = 5;
  for (int i = 0; i < 300; ++i) {
    entry.sha256 = HashSha256(AsBytes(std::to_string(i)));
    const auto answer = files.Await(1'000'000, entry);
    REQUIRE(answer.state == DemandedFiles::State::Failed);
  }
}

TEST_CASE("BeyondTheBudgetNothingComes") {
  Gateway g(std::string(kOnDemand) + "[mirror]\nper_day = \"1 kB\"\n");
  MUST(g.node->node().data().database().Write([&](storage::Connection& c) {
    return federation::CountFetched(c, 2000, g.node->clock().NowMs());
  }));
  const auto reply = g.node->Get(g.Path("weights.bin"));
  CHECK(reply.status == 503);
  CHECK(reply.Header("Retry-After") == "600");
  CHECK(reply.body.find("what its policy allows for the day") != std::string::npos);
}

TEST_CASE("WhatHasNoRoomIsNotSaidToBeSentByNobody") {
  Gateway g(std::string(kOnDemand) + "[mirror]\nheld = \"50 kB\"\n");
  const auto reply = g.node->Get(g.Path("weights.bin"));
  CHECK(reply.status == 503);
  CHECK(reply.body.find("no room for it") != std::string::npos);
  CHECK(reply.body.find("no node that was asked") == std::string::npos);
  CHECK(g.node->Get(g.Path("config.json")).status == 200);
}

TEST_CASE("ANodeThatStopsLetsGoOfWhoWaits") {
  Gateway g(kOnDemand);
  g.node->node().Stop(0);
  g.node->Restart();
  CHECK(g.node->Get(g.Path("weights.bin")).body == kWeights);
}
