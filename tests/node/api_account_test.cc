// Who am I, and may I.
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
