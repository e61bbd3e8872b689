#include "node/admin.h"

#include "tests/node/admin_node.h"

using namespace banyan;
using namespace banyan::node;

namespace {

using Fixture = AdminNode;
using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("EveryAdminOperationIsForOperatorsOnly") {
  Fixture f;
  const auto admin_of_itself = f.NewUser("carol", storage::Role::Admin);
  const auto weak =
      f.Done("tokens/create", {{"user", "operator"}, {"name", "w"}, {"role", "write"}})["token"]
          .get<std::string>();
  REQUIRE(AdminOperations().size() >= 19);
  const auto check = [&](const std::string& method, const std::string& target) {
    INFO(method << " " << target);
    CHECK(f.Send({method, target, "", {}, {}}).status == 401);
    CHECK(f.Send({method, target, "hf_bnyn" + std::string(30, 'x'), {}, {}}).status == 401);
    for (const auto& token : {f.alice, admin_of_itself, weak}) {
      CHECK(f.Send({method, target, token, {}, {}}).status == 403);
    }
  };
  for (const auto& operation : AdminOperations())
    check("POST", kAdmin + std::string(operation.name));
  check("POST", kAdmin + "nonsense");
  check("GET", kAdmin + "task");
  check("DELETE", kAdmin + "task");
  CHECK(f.Get(kAdmin + "task", f.operator_token()).status == 404);  // none of them started anything
}

TEST_CASE("AdminArgumentsMustBeAJsonObjectWithTheRightTypes") {
  Fixture f;
  const auto raw = [&](const std::string& body) {
    return f.Send({"POST", kAdmin + "users/create", f.operator_token(), {}, body}).status;
  };
  for (const char* body : {"{", "[]", "7", "\"name\"", "{\"name\": \"x\"} more"}) {
    INFO(body);
    CHECK(raw(body) == 400);
  }
  CHECK(f.Refused("nonsense", Json::object()) == 404);
  CHECK(f.Refused("users", Json::object()) == 404);
  CHECK(f.Refused("users/create", Json::object()) == 400);
  CHECK(f.Refused("users/create", {{"name", 7}}) == 400);
  CHECK(f.Refused("users/create", {{"name", "dave"}, {"admin", "yes"}}) == 400);
  CHECK(f.Refused("users/create", {{"name", "dave"}, {"fullname", 1}}) == 400);
  CHECK(f.Refused("users/change", {{"name", "alice"}, {"admin", 1}}) == 400);
  CHECK(f.Refused("quota", {{"name", "alice"}, {"bytes", -1}}) == 400);
  CHECK(f.Refused("quota", {{"name", "alice"}, {"bytes", 1.5}}) == 400);
  CHECK(f.Refused("quota", {{"name", "alice"}, {"bytes", "10"}}) == 400);
  CHECK(f.Refused("quota", {{"name", "alice"}, {"bytes", UINT64_MAX}}) == 400);
  const Json token = {{"user", "alice"}, {"name", "x"}, {"role", "read"}};
  for (const Json& lifetime : {Json(-1), Json(0), Json(INT64_MAX), Json("1d")}) {
    auto wish = token;
    wish["lifetime_ms"] = lifetime;
    INFO(DumpJson(wish));
    CHECK(f.Refused("tokens/create", wish) == 400);
  }
  CHECK(f.Number("SELECT count(*) FROM namespace WHERE name = 'dave'") == 0);
}

TEST_CASE("OperatorsMakeChangeAndDeleteUsers") {
  Fixture f;
  const auto made = f.Done("users/create", {{"name", "Dave"}, {"fullname", "Dave D."}});
  CHECK(made["name"] == "Dave");
  CHECK(made["kind"] == "user");
  CHECK(made["fullname"] == "Dave D.");
  CHECK(made["admin"] == false);
  CHECK(made["quota_bytes"].is_null());
  CHECK(f.Refused("users/create", {{"name", "dave"}}) == 409);
  CHECK(f.Refused("users/create", {{"name", "a b"}}) == 400);
  CHECK(f.Names(f.Done("users/list")) == Texts{"alice", "bob", "Dave", "operator"});
  const auto changed =
      f.Done("users/change", {{"name", "dave"}, {"fullname", "D."}, {"admin", true}});
  CHECK(changed["fullname"] == "D.");
  CHECK(changed["admin"] == true);
  CHECK(f.Done("users/change", {{"name", "dave"}})["admin"] == true);
  CHECK(f.Refused("users/change", {{"name", "nobody"}, {"admin", true}}) == 404);
  CHECK(f.Done("users/delete", {{"name", "dave"}})["name"] == "Dave");
  CHECK(f.Refused("users/delete", {{"name", "dave"}}) == 404);
  f.Create(f.alice, "m");
  CHECK(f.Refused("users/delete", {{"name", "alice"}}) == 409);  // it owns a repository
  CHECK(f.Get("/api/whoami-v2", f.alice).status == 200);
}

TEST_CASE("OperatorsGiveAndRevokeTokens") {
  Fixture f;
  const auto made =
      f.Done("tokens/create",
             {{"user", "alice"}, {"name", "laptop"}, {"role", "read"}, {"lifetime_ms", 3'600'000}});
  const std::string text = made["token"];
  CHECK(made["role"] == "read");
  CHECK(f.Get("/api/whoami-v2", text).Parsed()["name"] == "alice");
  CHECK(f.Post("/api/repos/create", text, {{"name", "m"}}).status == 403);
  const auto listed = f.Done("tokens/list", {{"user", "alice"}});
  CHECK(f.Names(listed) == Texts{"laptop", "t"});
  CHECK(listed[0]["expires"] == ToIsoTime(f.clock().NowMs() + 3'600'000));
  CHECK_FALSE(DumpJson(listed).find(text) != std::string::npos);
  CHECK(f.Refused("tokens/create", {{"user", "alice"}, {"name", "laptop"}, {"role", "read"}}) ==
        409);
  CHECK(f.Refused("tokens/create", {{"user", "alice"}, {"name", "y"}, {"role", "owner"}}) == 400);
  CHECK(f.Refused("tokens/create", {{"user", "nobody"}, {"name", "y"}, {"role", "read"}}) == 404);
  f.clock().Advance(3'600'000);
  CHECK(f.Get("/api/whoami-v2", text).status == 401);
  CHECK(f.Done("tokens/revoke", {{"user", "alice"}, {"name", "t"}})["name"] == "t");
  CHECK(f.Get("/api/whoami-v2", f.alice).status == 401);
  CHECK(f.Refused("tokens/revoke", {{"user", "alice"}, {"name", "t"}}) == 404);
}

TEST_CASE("OperatorsManageOrganisationsAndTheirMembers") {
  Fixture f;
  const auto made =
      f.Done("orgs/create", {{"name", "lab"}, {"founder", "alice"}, {"fullname", "The Lab"}});
  CHECK(made["kind"] == "organisation");
  CHECK(f.Names(f.Done("orgs/list")) == Texts{"lab"});
  CHECK(f.Refused("orgs/create", {{"name", "Lab"}, {"founder", "alice"}}) == 409);
  CHECK(f.Refused("orgs/create", {{"name", "other"}, {"founder", "lab"}}) == 400);
  CHECK(f.Refused("orgs/create", {{"name", "other"}}) == 400);
  const Json bob = {{"name", "lab"}, {"user", "bob"}, {"role", "write"}};
  CHECK(f.Names(f.Done("orgs/set-member", bob), "user") == Texts{"alice", "bob"});
  CHECK(f.Done("orgs/members", {{"name", "lab"}})[1]["role"] == "write");
  CHECK(f.Post("/api/repos/create", f.bob, {{"name", "m"}, {"organization", "lab"}}).status == 200);
  CHECK(f.Refused("orgs/set-member", {{"name", "lab"}, {"user", "bob"}, {"role", "x"}}) == 400);
  CHECK(f.Refused("orgs/set-member", {{"name", "lab"}, {"user", "no"}, {"role", "read"}}) == 404);
  CHECK(f.Refused("orgs/members", {{"name", "alice"}}) == 400);
  const auto left = f.Done("orgs/remove-member", {{"name", "lab"}, {"user", "bob"}});
  CHECK(f.Names(left, "user") == Texts{"alice"});
  CHECK(f.Refused("orgs/remove-member", {{"name", "lab"}, {"user", "alice"}}) == 409);
  CHECK(f.Refused("orgs/delete", {{"name", "lab"}}) == 409);  // it owns a repository
  CHECK(f.Call("DELETE", "/api/repos/delete", {{"name", "m"}, {"organization", "lab"}}, f.alice)
            .status == 200);
  CHECK(f.Done("orgs/delete", {{"name", "lab"}})["name"] == "lab");
  CHECK(f.Refused("users/delete", {{"name", "lab"}}) == 404);
}

TEST_CASE("AQuotaLimitsWhatANamespaceKeeps") {
  Fixture f;
  f.Create(f.alice, "m");
  CHECK(f.Done("quota", {{"name", "alice"}, {"bytes", 100'000}})["quota_bytes"] == 100'000);
  const auto large = HeaderLine() + FileLine("a", RandomText(200'000, 1));
  CHECK(f.SendCommit("alice/m", large, f.alice).status == 413);
  CHECK(f.Done("quota", {{"name", "alice"}})["quota_bytes"].is_null());
  CHECK(f.SendCommit("alice/m", large, f.alice).status == 200);
  CHECK(f.Refused("quota", {{"name", "nobody"}, {"bytes", 1}}) == 404);
}
