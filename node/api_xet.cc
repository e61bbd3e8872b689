// GET /api/{t}/{id}/xet-read-token/{rev} and xet-write-token/{rev}: an access token for the chunk
// store (node/xet_api.h), and where that is.

#include "node/routes.h"
#include "node/xet_link.h"
#include "storage/base/json.h"

namespace banyan::node {
namespace {

using storage::Access;

void Answer(RepositoryCall& call, Access access) {
  if (!call.hub.config.xet_enabled) {
    return Fail(call.response, 404, "This node does not offer Xet: set HF_HUB_DISABLE_XET=1");
  }
  const auto repository = call.Find(access);
  if (!repository) return;
  const auto token = MakeXetToken(call, repository->row, access);
  call.response.headers.Set("Cache-Control", "private, no-store");
  SetXetToken(token, call.response.headers);
  call.response.SetJson(
      {{"accessToken", token.text}, {"exp", token.expires_s}, {"casUrl", token.store_url}});
}

void GetReadToken(RepositoryCall& call) { Answer(call, Access::Files); }
void GetWriteToken(RepositoryCall& call) { Answer(call, Access::Write); }

}  // namespace

void AddXetTokenRoutes(Router& router, Hub& hub) {
  AddApiRoute(router, hub, "GET", "/xet-read-token/*rev", GetReadToken);
  AddApiRoute(router, hub, "GET", "/xet-write-token/*rev", GetWriteToken);
}

}  // namespace banyan::node
