// GET /api/{t}/{id}/refs: branches and tags; with include_prs also refs/pr/N.

#include "node/repository_call.h"
#include "node/routes.h"
#include "storage/base/json.h"

namespace banyan::node {
namespace {

Json RefJson(const storage::Ref& ref) {
  return {{"name", ref.ShortName()}, {"ref", ref.name}, {"targetCommit", ref.commit.ToString()}};
}

void GetRefs(RepositoryCall& call) {
  const auto reading = call.Open(storage::Access::Metadata);
  if (!reading) return;
  const auto refs = storage::ListRefs(*reading->lease, reading->repository.row);
  if (!refs) return call.Fail(refs.error());
  Json json = {{"branches", Json::array()}, {"tags", Json::array()}, {"converts", Json::array()}};
  const bool with_pulls = call.request.QueryFlag("include_prs");
  if (with_pulls) json["pullRequests"] = Json::array();
  for (const auto& ref : *refs) {
    if (ref.name.starts_with("refs/heads/")) json["branches"].push_back(RefJson(ref));
    if (ref.name.starts_with("refs/tags/")) json["tags"].push_back(RefJson(ref));
    if (ref.name.starts_with("refs/convert/")) json["converts"].push_back(RefJson(ref));
    if (with_pulls && ref.name.starts_with("refs/pr/"))
      json["pullRequests"].push_back(RefJson(ref));
  }
  call.response.SetJson(json);
}

}  // namespace

void AddRefRoutes(Router& router, Hub& hub) { AddApiRoute(router, hub, "GET", "/refs", GetRefs); }

}  // namespace banyan::node
