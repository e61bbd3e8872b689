// GET /api/whoami-v2: whose token is this. GET /api/{t}/{id}/auth-check[/write]: may I read (or
// write) it.

#include "node/repository_call.h"
#include "node/routes.h"
#include "storage/base/json.h"
#include "storage/catalog/accounts.h"
#include "storage/catalog/tokens.h"

namespace banyan::node {
namespace {

using storage::Access;

Json AccountJson(const storage::Namespace& account) {
  return {{"type", account.kind == storage::NamespaceKind::User ? "user" : "org"},
          {"id", fmt::format("{:024x}", account.row)},
          {"name", account.name},
          {"fullname", account.fullname.empty() ? account.name : account.fullname}};
}

Result<Json> WhoAmI(storage::Connection& connection, const storage::Caller& caller) {
  const auto user = TRY(storage::GetNamespace(connection, caller.user));
  Json json = AccountJson(user);
  json["isPro"] = false;
  json["canPay"] = false;
  json["emailVerified"] = false;
  json["isAdmin"] = caller.is_node_admin;
  json["orgs"] = Json::array();
  for (const auto& member : TRY(storage::ListOrganisations(connection, caller.user))) {
    Json organisation = AccountJson(member.account);
    organisation["roleInOrg"] = ToString(member.role);
    json["orgs"].push_back(std::move(organisation));
  }
  json["auth"] = {{"type", "access_token"}};
  if (caller.token == 0) return json;
  const auto token = TRY(storage::GetToken(connection, caller.token));
  json["auth"]["accessToken"] = {{"displayName", token.name},
                                 {"role", ToString(token.role)},
                                 {"createdAt", ToIsoTime(token.created_ms)}};
  return json;
}

void GetWhoAmI(Hub& hub, const Request& request, Response& response) {
  if (request.caller.IsAnonymous()) {
    return AnswerSignIn(response, "Invalid credentials in Authorization header");
  }
  auto lease = hub.database.Read();
  if (!lease) return Fail(response, lease.error());
  const auto json = WhoAmI(**lease, request.caller);
  if (!json) return Fail(response, json.error());
  response.headers.Set("Cache-Control", "no-store");
  response.SetJson(*json);
}

template <Access kAccess>
void GetAuthCheck(RepositoryCall& call) {
  if (call.Find(kAccess)) call.response.SetJson(Json::object());
}

}  // namespace

void AddAccountRoutes(Router& router, Hub& hub) {
  router.Add("GET", "/api/whoami-v2",
             [&hub](Request& request, Response& response) { GetWhoAmI(hub, request, response); });
  AddApiRoute(router, hub, "GET", "/auth-check", GetAuthCheck<Access::Files>);
  AddApiRoute(router, hub, "GET", "/auth-check/write", GetAuthCheck<Access::Write>);
}

}  // namespace banyan::node
