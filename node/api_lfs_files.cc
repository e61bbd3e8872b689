// GET /api/{t}/{id}/lfs-files: the files of the default branch that are kept as LFS objects.
// Objects that only older commits or other branches name are not listed.
//   POST .../lfs-files/duplicate   another repository may name these files in its next commits
//   POST .../lfs-files/batch       to delete files from all history: refused

#include <set>

#include "node/hub_answer.h"
#include "node/repository_call.h"
#include "node/routes.h"
#include "storage/base/clock.h"
#include "storage/base/json.h"
#include "storage/history/uploads.h"

namespace banyan::node {
namespace {

constexpr std::size_t kPageItems = 1'000;  // each needs its last commit
constexpr std::size_t kMaxCopies = 1'000;

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

struct Copies {
  storage::RepositoryId target;
  std::set<std::string> oids;  // as sent
};
Result<Copies> ParseCopies(const Json& body) {
  const Json* target = FindMember(body, "target");
  const Json* files = FindMember(body, "files");
  if (target == nullptr || files == nullptr || !files->is_array()) {
    return Error(Errc::Invalid, "expected {\"target\": {\"type\", \"name\"}, \"files\": [...]}");
  }
  if (files->size() > kMaxCopies) return Error(Errc::TooLarge, "too many files in one call");
  Copies copies;
  const auto kind =
      TRY(storage::ParseRepositoryKind(FindString(*target, "type").value_or("model")));
  copies.target = TRY(storage::ParseRepositoryId(kind, FindString(*target, "name").value_or("")));
  for (const auto& file : *files) {
    const auto oid = FindString(file, "sha256");
    if (!oid) return Error(Errc::Invalid, "each file has a sha256");
    copies.oids.insert(*oid);
  }
  return copies;
}

// The target holds the files as if they had been uploaded there. Gives those that cannot be copied.
Result<Json> Copy(storage::Connection& connection, const RepositoryCall& call, std::int64_t source,
                  std::int64_t target, const std::set<std::string>& oids) {
  Json failed = Json::array();
  std::vector<storage::FileContent> files;
  std::uint64_t new_bytes = 0;
  for (const auto& oid : oids) {
    const auto sha256 = Sha256::Parse(oid);
    std::optional<storage::FileContent> file;
    if (sha256) file = TRY(storage::FindCommittedFile(connection, source, *sha256));
    if (!file || file->is_damaged) {
      failed.push_back({{"sha256", oid}, {"error", "this node does not hold such a file of it"}});
      continue;
    }
    new_bytes += TRY(storage::CountNewBytes(connection, target, *sha256, file->size_bytes));
    files.push_back(*std::move(file));
  }
  TRY(storage::RequireUploadRoom(connection, target, new_bytes, call.hub.quota()));
  for (const auto& file : files) {
    TRY(storage::HoldFile(connection, target, file, storage::Holding::Uploaded, call.NowMs()));
  }
  return failed;
}

std::optional<storage::Repository> FindTarget(RepositoryCall& call,
                                              const storage::RepositoryId& id) {
  auto lease = call.hub.database.Read();
  if (!lease) {
    call.Fail(lease.error());
    return std::nullopt;
  }
  auto found =
      FindOrAnswer(call.hub, **lease, id, storage::Access::Write, call.request, call.response);
  if (!found) return std::nullopt;
  return std::move(found->repository);
}

void PostDuplicate(RepositoryCall& call) {
  const auto source = call.Find(storage::Access::Files);
  if (!source) return;
  const auto body = call.ReadJson();
  if (!body) return;
  const auto copies = ParseCopies(*body);
  if (!copies) return call.Fail(copies.error());
  const auto target = FindTarget(call, copies->target);
  if (!target) return;
  Json failed;
  const auto copied = call.hub.database.Write([&](storage::Connection& connection) -> Status {
    failed = TRY(Copy(connection, call, source->row, target->row, copies->oids));
    return Ok();
  });
  if (!copied) return call.Fail(copied.error());
  call.response.SetJson({{"failed", std::move(failed)}});
}

void PostBatch(RepositoryCall& call) {
  if (!call.Find(storage::Access::Write)) return;
  Fail(call.response, 501,
       "This node does not rewrite history to delete files: take them away in a commit, squash the "
       "branch (super-squash) and delete what else refers to them; clean-ups then free their room");
}

}  // namespace

void AddLfsFileRoutes(Router& router, Hub& hub) {
  AddApiRoute(router, hub, "GET", "/lfs-files", GetLfsFiles);
  AddApiRoute(router, hub, "POST", "/lfs-files/duplicate", PostDuplicate);
  AddApiRoute(router, hub, "POST", "/lfs-files/batch", PostBatch);
}

}  // namespace banyan::node
