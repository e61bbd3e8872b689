#include "tests/node/test_node.h"

using namespace banyan;
using namespace banyan::node;

TEST_CASE("CardsAreCheckedBeforeAnUpload") {
  TestNode node;
  const auto check = [&](const std::string& card) {
    return node.Post("/api/validate-yaml", "", {{"content", card}, {"repoType", "model"}});
  };
  const auto fine = check("---\nlicense: mit\n---\n# x\n");
  CHECK(fine.status == 200);
  CHECK(fine.Parsed()["errors"] == Json::array());
  CHECK(fine.Parsed()["warnings"].is_array());
  const auto odd = check("---\nlicense: not-a-licence\n---\n");
  CHECK(odd.status == 200);
  CHECK(odd.Parsed()["warnings"][0]["message"].is_string());
  const auto broken = check("---\nlicense: [\n---\n");
  CHECK(broken.status == 400);
  CHECK(broken.Parsed()["errors"][0]["message"].get<std::string>().find("line ") == 0);
  CHECK(node.Send({"POST", "/api/validate-yaml", "", {}, "x"}).status == 400);
}

TEST_CASE("QuestionsInPassingAreAnswered") {
  TestNode node;
  node.Create(node.operator_token(), "m");
  CHECK(node.Get("/api/agent-harnesses").status == 404);
  CHECK(node.Get("/api/agent-harnesses").Parsed().contains("error"));
  CHECK(node.Head("/api/telemetry/transformers/auto").status == 204);
  CHECK(node.Get("/api/models/operator/m/discussions?p=0").Parsed() ==
        Json{{"count", 0}, {"start", 0}, {"discussions", Json::array()}});
}

TEST_CASE("DiscussionsAndPullRequestsAreRefusedInWords") {
  TestNode node;
  const auto alice = node.NewUser("alice");
  const auto bob = node.NewUser("bob");
  node.Create(alice, "m");
  node.Create(alice, "secret", {{"private", true}});
  const auto check = [&](const std::string& method, const std::string& rest, int status) {
    INFO(method << " " << rest);
    for (const auto& token : {std::string(), bob, alice}) {
      const auto reply =
          node.Send({method, "/api/models/alice/m/discussions" + rest, token, {}, ""});
      CHECK(reply.status == status);
      CHECK(reply.Header("X-Error-Message").find("no discussions and no pull requests") !=
            std::string::npos);
      CHECK(reply.Header("X-Error-Code") == "(none)");
    }
    const auto hidden =
        node.Send({method, "/api/models/alice/secret/discussions" + rest, bob, {}, ""});
    CHECK(hidden.status == 404);
    CHECK(hidden.Header("X-Error-Code") == "RepoNotFound");
  };
  check("GET", "/1", 404);
  check("GET", "/1?diff=1", 404);
  check("POST", "", 501);
  for (const auto* what : {"comment", "comment/5/hide", "status", "title", "merge"}) {
    check("POST", "/1/" + std::string(what), 501);
  }
}
