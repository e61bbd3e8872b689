// Who am I, may I, and what clients ask in passing.
#include "node/data_directory.h"
#include "tests/node/test_node.h"

using namespace banyan;
using namespace banyan::node;

TEST_CASE("WhoAmINamesTheUserItsTokenAndOrganisations") {
  TestNode node;
  const auto alice = node.NewUser("alice", storage::Role::Read);
  MUST(node.node().data().database().Write([](storage::Connection& connection) -> Status {
    const auto user = TRY(storage::FindNamespace(connection, "alice"));
    TRY(storage::CreateOrganisation(connection, {"acme", "Acme Ltd", user.row}, 1));
    return Ok();
  }));
  const auto who = node.Get("/api/whoami-v2", alice).Parsed();
  CHECK(who["type"] == "user");
  CHECK(who["name"] == "alice");
  CHECK(who["orgs"][0]["name"] == "acme");
  CHECK(who["orgs"][0]["roleInOrg"] == "admin");
  CHECK(who["auth"]["accessToken"]["displayName"] == "t");
  CHECK(who["auth"]["accessToken"]["role"] == "read");
}

TEST_CASE("WhoAmINeedsAToken") {
  TestNode node;
  for (const char* token : {"", "hf_bnynABCDEFGHIJKLMNOPQRSTUVWXYZ0123", "nonsense"}) {
    const auto reply = node.Get("/api/whoami-v2", token);
    CHECK(reply.status == 401);
    CHECK(reply.Header("X-Error-Message") == "Invalid credentials in Authorization header");
  }
}

TEST_CASE("AuthCheckTellsReadersAndWritersApart") {
  TestNode node;
  const auto alice = node.NewUser("alice");
  const auto bob = node.NewUser("bob");
  node.Create(alice, "m");
  CHECK(node.Get("/api/models/alice/m/auth-check").status == 200);
  CHECK(node.Get("/api/models/alice/m/auth-check/write", alice).status == 200);
  CHECK(node.Get("/api/models/alice/m/auth-check/write", bob).status == 403);
  CHECK(node.Get("/api/models/alice/m/auth-check/write").status == 401);
}

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
