#include "tests/node/test_node.h"

using namespace banyan;
using namespace banyan::node;

namespace {

struct Fixture {
  TestNode node;
  std::string alice = node.NewUser("alice");
  std::string bob = node.NewUser("bob");
  const std::string requests = "/api/models/alice/m/user-access-request";

  explicit Fixture(const std::string& gating) {
    node.Create(alice, "m");
    node.Commit(alice, "alice/m", {{"a", "content"}});
    node.Send({"PUT", "/api/models/alice/m/settings", alice, {}, DumpJson({{"gated", gating}})});
  }
  int Read(const std::string& token) { return node.Get("/alice/m/resolve/main/a", token).status; }
};

}  // namespace

TEST_CASE("AManualGateOpensWhenItsOwnerSaysSo") {
  Fixture fixture("manual");
  auto& node = fixture.node;
  CHECK(fixture.Read(fixture.bob) == 403);
  const auto asked = node.Post(fixture.requests, fixture.bob, Json::object());
  CHECK(asked.Parsed() == Json{{"status", "pending"}});
  CHECK(fixture.Read(fixture.bob) == 403);
  const auto pending = node.Get(fixture.requests + "/pending", fixture.alice).Parsed();
  REQUIRE(pending.size() == 1);
  CHECK(pending[0]["user"]["user"] == "bob");
  CHECK(pending[0]["status"] == "pending");
  CHECK(pending[0]["timestamp"].get<std::string>().ends_with("Z"));
  const auto handle = fixture.requests + "/handle";
  CHECK(node.Post(handle, fixture.alice, {{"user", "bob"}, {"status", "accepted"}}).status == 200);
  CHECK(fixture.Read(fixture.bob) == 200);
  CHECK(node.Post(handle, fixture.alice, {{"user", "bob"}, {"status", "rejected"}}).status == 200);
  CHECK(fixture.Read(fixture.bob) == 403);
  CHECK(node.Get(fixture.requests + "/rejected", fixture.alice).Parsed().size() == 1);
}

TEST_CASE("ARequestIsDecidedByItsOwnId") {
  Fixture fixture("manual");
  auto& node = fixture.node;
  node.Post(fixture.requests, fixture.bob, Json::object());
  const Json id = node.Get(fixture.requests + "/pending", fixture.alice).Parsed()[0]["requestId"];
  const auto handle = [&](Json body) {
    body["status"] = "accepted";
    return node.Post(fixture.requests + "/handle", fixture.alice, body).status;
  };
  CHECK(handle(Json::object()) == 400);
  CHECK(handle({{"user", "bob"}, {"requestId", id}}) == 400);
  CHECK(handle({{"requestId", "not hex"}}) == 400);
  CHECK(handle({{"requestId", std::string(24, 'f')}}) == 400);
  CHECK(handle({{"requestId", "00ffffff"}}) == 404);
  CHECK(fixture.Read(fixture.bob) == 403);
  CHECK(handle({{"requestId", id}}) == 200);
  CHECK(fixture.Read(fixture.bob) == 200);
}

TEST_CASE("AnAutomaticGateOpensForWhoAsks") {
  Fixture fixture("auto");
  CHECK(fixture.Read(fixture.bob) == 403);
  CHECK(fixture.node.Post(fixture.requests, fixture.bob, Json::object()).Parsed() ==
        Json{{"status", "accepted"}});
  CHECK(fixture.Read(fixture.bob) == 200);
  CHECK(fixture.Read("") == 401);
}

TEST_CASE("WhoIsKeptOutIsToldWhereToAsk") {
  Fixture fixture("manual");
  auto& node = fixture.node;
  const auto kept_out = [&](const std::string& target, const std::string& token) {
    const auto reply = node.Get(target, token);
    INFO(target);
    CHECK(reply.status == (token.empty() ? 401 : 403));
    CHECK(reply.Header("X-Error-Code") == "GatedRepo");
    const std::string error = reply.Parsed()["error"];
    CHECK(error.find("POST " + fixture.requests) != std::string::npos);
    CHECK(error.find("terms are in the card that GET /api/models/alice/m shows") != error.npos);
    CHECK((error.find("sign in") != error.npos) == token.empty());
  };
  for (const auto& token : {std::string(), fixture.bob}) {
    kept_out("/alice/m/resolve/main/a", token);
    kept_out("/alice/m/raw/main/a", token);
    kept_out("/api/models/alice/m/auth-check", token);
  }
  node.Create(fixture.alice, "d", {{"type", "dataset"}});
  node.Send({"PUT", "/api/datasets/alice/d/settings", fixture.alice, {}, R"({"gated": "auto"})"});
  const auto dataset = node.Get("/datasets/alice/d/resolve/main/.gitattributes", fixture.bob);
  CHECK(dataset.Header("X-Error-Message").find("POST /api/datasets/alice/d/user-access-request") !=
        std::string::npos);
}

TEST_CASE("OnlyItsOwnerDecidesAboutAGate") {
  Fixture fixture("manual");
  auto& node = fixture.node;
  CHECK(node.Post(fixture.requests, "", Json::object()).status == 401);
  CHECK(node.Get(fixture.requests + "/pending", fixture.bob).status == 403);
  CHECK(node.Post(fixture.requests + "/grant", fixture.bob, {{"user", "bob"}}).status == 403);
  CHECK(node.Post(fixture.requests + "/grant", fixture.alice, {{"user", "nobody"}}).status == 404);
  CHECK(node.Post(fixture.requests + "/handle", fixture.alice, {{"user", "bob"}}).status == 400);
  CHECK(node.Get(fixture.requests + "/nonsense", fixture.alice).status == 400);
  CHECK(node.Post(fixture.requests + "/grant", fixture.alice, {{"user", "bob"}}).status == 200);
  CHECK(fixture.Read(fixture.bob) == 200);
}
