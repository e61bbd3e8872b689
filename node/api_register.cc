// POST /api/banyan/v0/register {"name", "fullname"}: makes an account where the operator lets
// anybody make one, and gives the token that is its key. The token is shown here and never again.

#include "node/repository_call.h"
#include "node/routes.h"
#include "storage/base/json.h"
#include "storage/catalog/accounts.h"
#include "storage/catalog/tokens.h"

namespace banyan::node {
namespace {

Result<storage::IssuedToken> MakeAccount(Hub& hub, const Json& body) {
  storage::IssuedToken issued;
  TRY(hub.database.Write([&](storage::Connection& connection) -> Status {
    const std::int64_t now_ms = hub.clock.NowMs();
    const auto user = TRY(storage::CreateUser(
        connection,
        {FindString(body, "name").value_or(""), FindString(body, "fullname").value_or(""), false},
        now_ms));
    issued = TRY(storage::CreateToken(
        connection, hub.random, {user.row, "registration", storage::Role::Admin, {}}, now_ms));
    return Ok();
  }));
  return issued;
}

void PostRegister(Hub& hub, Request& request, Response& response) {
  if (!hub.config.access_registration) {
    return Fail(response, 403, "The operator of this node makes the accounts: ask there for one");
  }
  const auto body = ReadJsonOrAnswer(request, response, Request::kDefaultBodyLimitBytes);
  if (!body) return;
  const auto issued = MakeAccount(hub, *body);
  if (!issued) return Fail(response, issued.error());
  response.status = 201;
  response.headers.Set("Cache-Control", "no-store");
  response.SetJson({{"name", FindString(*body, "name").value_or("")}, {"token", issued->text}});
}

}  // namespace

void AddRegisterRoutes(Router& router, Hub& hub) {
  router.Add("POST", "/api/banyan/v0/register", [&hub](Request& request, Response& response) {
    PostRegister(hub, request, response);
  });
}

}  // namespace banyan::node
