#include "tests/node/test_node.h"

using namespace banyan;
using namespace banyan::node;

namespace {

struct Fixture {
  TestNode node;
  std::string alice = node.NewUser("alice");
  std::string bob = node.NewUser("bob");
  const std::string path = "/api/models/alice/m";

  Fixture() {
    node.Create(alice, "m");
    node.Commit(alice, "alice/m", {{"a", "content"}});
  }
  Reply State(const std::string& token, const Json& standing) {
    return node.Send({"PUT", path + "/standing", token, {}, DumpJson(standing)});
  }
  Reply Read() { return node.Get("/alice/m/resolve/main/a"); }
};

const Json kRemoved{{"status", "removed"}, {"reason", "court"}, {"scope", {"KE"}}};

}  // namespace

TEST_CASE("ATakenDownRepositoryIsAnsweredAsDisabled") {
  Fixture f;
  REQUIRE(f.Read().status == 200);
  const auto stated = f.State(f.alice, kRemoved);
  REQUIRE(stated.status == 200);
  CHECK(stated.Parsed()["answer"] == "stop");
  CHECK(stated.Parsed()["deletes"].is_string());
  const auto refused = f.Read();
  CHECK(refused.status == 451);
  CHECK(refused.Header("X-Error-Message") == "Access to this resource is disabled.");
  CHECK(refused.Parsed()["error"].get<std::string>().find("removed: court in KE") !=
        std::string::npos);
  const auto info = f.node.Get(f.path).Parsed();
  CHECK(info["disabled"] == true);
  CHECK(info["standing"]["reason"] == "court");
  CHECK(f.node.Get("/api/models").Parsed().size() == 1);
  CHECK(f.State(f.alice, {{"status", "live"}}).Parsed()["answer"] == "keep");
  CHECK(f.Read().status == 200);
}

TEST_CASE("WhatIsHiddenHasNoPlaceInLists") {
  Fixture f;
  f.State(f.alice, {{"status", "yanked"}, {"reason", "quality"}});
  CHECK(f.node.Get("/api/models").Parsed().empty());
  CHECK(f.Read().status == 200);
  CHECK(f.node.Get(f.path + "/standing").Parsed()["answer"] == "hide");
}

TEST_CASE("OnlyWhoAdministersARepositoryStatesSomethingOfIt") {
  Fixture f;
  CHECK(f.State("", kRemoved).status == 401);
  CHECK(f.State(f.bob, kRemoved).status == 403);
  CHECK(f.Read().status == 200);
  CHECK(f.node.Get("/api/models/alice/none/standing").status == 401);
}

TEST_CASE("AStandingThatMakesNoSenseIsRefused") {
  Fixture f;
  for (const auto& body :
       {Json::object(), Json{{"status", "gone"}, {"reason", "court"}}, Json{{"status", "removed"}},
        Json{{"status", "removed"}, {"reason", "whim"}},
        Json{{"status", "live"}, {"reason", "court"}},
        Json{{"status", "removed"}, {"reason", "court"}, {"scope", "KE"}},
        Json{{"status", "removed"}, {"reason", "court"}, {"scope", {"Kenya"}}}}) {
    INFO(DumpJson(body));
    CHECK(f.State(f.alice, body).status == 400);
  }
  CHECK(f.Read().status == 200);
}
