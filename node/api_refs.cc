// GET /api/{t}/{id}/refs: branches and tags, with what annotated ones say; with include_prs also
// refs/pr/N.

#include "node/repository_call.h"
#include "node/routes.h"
#include "storage/base/json.h"
#include "storage/base/utf8.h"
#include "storage/history/commit_text.h"

namespace banyan::node {
namespace {

constexpr std::size_t kMaxMessageBytes = 4096;  // of each tag

Json RefJson(const storage::Ref& ref) {
  return {{"name", ref.ShortName()}, {"ref", ref.name}, {"targetCommit", ref.commit.ToString()}};
}

// A plain tag leads to the commit itself. One that is not here says nothing.
Json TagJson(RepositoryReading& reading, const storage::Ref& ref) {
  Json json = RefJson(ref);
  if (ref.target == ref.commit) return json;
  const auto tag = reading.history->objects().ReadAs(ref.target, storage::GitObjectType::Tag);
  if (!tag) return json;
  const auto message = storage::MessageOfTag(*tag);
  json["message"] = RepairUtf8(TruncateUtf8(message, kMaxMessageBytes));
  return json;
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
    if (ref.name.starts_with("refs/tags/")) json["tags"].push_back(TagJson(*reading, ref));
    if (ref.name.starts_with("refs/convert/")) json["converts"].push_back(RefJson(ref));
    if (with_pulls && ref.name.starts_with("refs/pr/"))
      json["pullRequests"].push_back(RefJson(ref));
  }
  call.response.SetJson(json);
}

}  // namespace

void AddRefRoutes(Router& router, Hub& hub) { AddApiRoute(router, hub, "GET", "/refs", GetRefs); }

}  // namespace banyan::node
