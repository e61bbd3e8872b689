// GET /api/{t}/{id}/lfs-files: the files of the default branch that are kept as LFS objects.
// Objects that only older commits or other branches name are not listed.

#include "node/hub_answer.h"
#include "node/repository_call.h"
#include "node/routes.h"
#include "storage/base/clock.h"
#include "storage/base/json.h"

namespace banyan::node {
namespace {

constexpr std::size_t kPageItems = 1'000;  // each needs its last commit

Json FileJson(const storage::TreeItem& item, const storage::CommitRecord& last) {
  const auto oid = item.entry.sha256.ToString();
  return {{"fileOid", oid},
          {"oid", oid},
          {"filename", item.path},
          {"size", item.entry.size_bytes},
          {"pushedAt", ToIsoTime(last.time_ms)}};
}

Result<Json> PageJson(storage::History& history, const storage::Revision& revision,
                      const std::vector<storage::TreeItem>& items) {
  std::vector<std::string> paths;
  for (const auto& item : items) {
    if (!item.is_folder && item.entry.IsPointer()) paths.push_back(item.path);
  }
  const auto last = TRY(history.LastCommits(revision, paths));
  const auto head = TRY(history.ReadCommit(revision.commit));
  Json list = Json::array();
  for (const auto& item : items) {
    if (item.is_folder || !item.entry.IsPointer()) continue;
    const auto found = last.find(item.path);
    list.push_back(FileJson(item, found == last.end() ? head : found->second));
  }
  return list;
}

void GetLfsFiles(RepositoryCall& call) {
  const auto reading = call.Open(storage::Access::Metadata);
  if (!reading) return;
  if (reading->IsEmpty()) return call.response.SetJson(Json::array());
  const auto revision = call.Resolve(*reading, "HEAD");
  if (!revision) return;
  storage::History::ListOptions options;
  options.recursive = true;
  options.after = call.request.Query("cursor").value_or("");
  options.limit = kPageItems;
  const auto listing = reading->history->List(*revision, options);
  if (!listing) return call.Fail(listing.error());
  const auto page = PageJson(*reading->history, *revision, listing->items);
  if (!page) return call.Fail(page.error());
  if (!listing->next.empty()) {
    call.response.headers.Set("Link", NextLink(call.hub, call.request, "cursor", listing->next));
  }
  call.response.SetJson(*page);
}

}  // namespace

void AddLfsFileRoutes(Router& router, Hub& hub) {
  AddApiRoute(router, hub, "GET", "/lfs-files", GetLfsFiles);
}

}  // namespace banyan::node
