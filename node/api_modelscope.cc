// What the ModelScope SDK asks to download a model or dataset, of both its generations:
// /api/v1/{models,datasets}/{owner}/{name} with /revisions, /repo/files, /repo/tree and /repo, and
// /api/v1/login. Answers are in its envelope. Its "master" is the default branch, unless there is
// a branch of that name.

#include <charconv>
#include <cstdint>

#include "node/auth.h"
#include "node/entry_answer.h"
#include "node/file_answer.h"
#include "node/http/http_error.h"
#include "node/routes.h"
#include "storage/base/json.h"
#include "storage/catalog/accounts.h"
#include "storage/catalog/tokens.h"

namespace banyan::node {
namespace {

using storage::Access;
using storage::RepositoryKind;

constexpr std::string_view kMaster = "master";
constexpr std::string_view kById = "/api/v1/datasets/";  // then ":id"
constexpr std::size_t kMaxFiles = 100'000;               // of a listing, in all its pages
constexpr std::size_t kMaxPage = 1'000;

void AnswerData(const Request& request, Response& response, Json data) {
  response.SetJson({{"Code", 200},
                    {"Success", true},
                    {"Message", "success"},
                    {"RequestId", request.id},
                    {"Data", std::move(data)}});
}

// The answer of a failed call, once more in the envelope.
void WrapFailure(const Request& request, Response& response) {
  auto message = FailureText(response);
  if (message.empty()) message = "failed";
  response.SetJson({{"Code", response.status},
                    {"Success", false},
                    {"Message", message},
                    {"RequestId", request.id},
                    {"Data", nullptr},
                    {"error", message}});
}

bool IsMaster(std::string_view revision) { return revision.empty() || revision == kMaster; }

std::optional<storage::Revision> Resolve(RepositoryCall& call, RepositoryReading& reading) {
  const auto text = call.request.Query("Revision").value_or("");
  if (!IsMaster(text)) return call.Resolve(reading, text);
  const auto master =
      storage::FindRef(*reading.lease, reading.repository.row, storage::BranchRef(kMaster));
  const bool is_there = master && master->has_value();
  return call.Resolve(reading, is_there ? kMaster : "HEAD");
}

void GetInfo(RepositoryCall& call) {
  const auto reading = call.Open(Access::Metadata);
  if (!reading) return;
  const auto& repository = reading->repository;
  const auto& id = repository.id;
  AnswerData(call.request, call.response,
             {{"Id", id.owner + "%2F" + id.name},  // stands for both in paths that have one segment
              {"Name", id.name},
              {"Path", id.owner},
              {"Namespace", id.owner},
              {"Owner", id.owner},
              {"Type", 0},
              {"Revision", kMaster},
              {"License", repository.licence},
              {"Downloads", repository.downloads},
              {"StorageSize", repository.head_bytes},
              {"CreatedTime", repository.created_ms / 1000},
              {"LastUpdatedTime", repository.updated_ms / 1000}});
}

Result<Json> RevisionsJson(RepositoryReading& reading) {
  Json branches = Json::array();
  Json tags = Json::array();
  bool has_master = false;
  for (const auto& ref : TRY(storage::ListRefs(*reading.lease, reading.repository.row))) {
    const auto commit = TRY(reading.history->ReadCommit(ref.commit));
    const Json json = {{"Revision", ref.ShortName()}, {"CreatedAt", commit.time_ms / 1000}};
    if (ref.name.starts_with("refs/tags/")) tags.push_back(json);
    if (!ref.name.starts_with("refs/heads/")) continue;
    has_master = has_master || ref.ShortName() == kMaster;
    branches.push_back(json);
  }
  if (!has_master) {
    branches.push_back(
        {{"Revision", kMaster}, {"CreatedAt", reading.repository.created_ms / 1000}});
  }
  return Json{{"RevisionMap", {{"Branches", branches}, {"Tags", tags}}}};
}

void GetRevisions(RepositoryCall& call) {
  const auto reading = call.Open(Access::Metadata);
  if (!reading) return;
  const auto json = RevisionsJson(*reading);
  if (!json) return call.Fail(json.error());
  AnswerData(call.request, call.response, *json);
}

Json ItemJson(const storage::TreeItem& item, const storage::Revision& revision) {
  Json json = {{"Name", item.path.substr(item.path.rfind('/') + 1)},
               {"Path", item.path},
               {"Type", item.is_folder ? "tree" : "blob"},
               {"Revision", revision.commit.ToString()},
               {"Size", item.is_folder ? 0 : item.entry.size_bytes}};
  if (item.is_folder) return json;
  json["Sha256"] = item.entry.sha256.ToString();
  json["IsLFS"] = item.entry.IsPointer();
  return json;
}

std::size_t NumberIn(const Request& request, std::string_view name, std::size_t otherwise) {
  const auto text = request.Query(name).value_or("");
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (end != text.data() + text.size()) return otherwise;
  if (error == std::errc::result_out_of_range) return SIZE_MAX;
  return error == std::errc() && number > 0 ? number : otherwise;
}

// The files at or below `Root`, in pages where `PageSize` says so.
Result<Json> ListJson(const Request& request, RepositoryReading& reading,
                      const storage::Revision& revision) {
  const bool has_pages = request.Query("PageSize").has_value();
  const auto page_size = std::min(NumberIn(request, "PageSize", kMaxFiles), kMaxPage);
  const auto pages_before = std::min(NumberIn(request, "PageNumber", 1) - 1, kMaxFiles);
  const auto skipped = has_pages ? pages_before * page_size : 0;
  const auto wanted = has_pages ? page_size : kMaxFiles;
  storage::History::ListOptions options;
  options.folder = request.Query("Root").value_or("");
  while (options.folder.starts_with('/')) options.folder.erase(0, 1);
  while (options.folder.ends_with('/')) options.folder.pop_back();
  options.recursive = request.QueryFlag("Recursive");
  options.limit = kMaxPage;
  Json files = Json::array();
  std::size_t seen = 0;
  do {
    auto listing = TRY(reading.history->List(revision, options));
    for (const auto& item : listing.items) {
      if (seen++ >= skipped && files.size() < wanted) files.push_back(ItemJson(item, revision));
    }
    options.after = listing.next;
  } while (!options.after.empty() && files.size() < wanted && seen < kMaxFiles);
  if (options.after.empty() || (has_pages && files.size() == wanted)) return files;
  return Error(Errc::TooLarge,
               "more than " + std::to_string(kMaxFiles) + " files: ask for one folder by Root");
}

void GetFiles(RepositoryCall& call) {
  const auto reading = call.Open(Access::Metadata);
  if (!reading) return;
  if (reading->IsEmpty()) {
    return AnswerData(call.request, call.response, {{"Files", Json::array()}});
  }
  const auto revision = Resolve(call, *reading);
  if (!revision) return;
  const auto files = ListJson(call.request, *reading, *revision);
  if (!files && files.error().code() == Errc::NotFound) {
    return AnswerNoEntry(call.response, revision->commit);
  }
  if (!files) return call.Fail(files.error());
  AnswerData(call.request, call.response,
             {{"Files", *files}, {"TotalCount", revision->files}, {"IsVisual", 1}});
}

void GetFile(RepositoryCall& call) {
  auto reading = call.Open(Access::Files);
  if (!reading) return;
  const auto revision = Resolve(call, *reading);
  if (!revision) return;
  const std::string path(call.request.Query("FilePath").value_or(""));
  const auto entry = reading->history->FindFile(*revision, path);
  if (!entry) return call.Fail(entry.error());
  if (!*entry || (*entry)->IsSubmodule()) return AnswerNoEntry(call.response, revision->commit);
  call.response.headers.Set("X-Repo-Commit", revision->commit.ToString());
  SetFileHeaders(call.response, path, !(*entry)->IsPointer());
  const auto repository = reading->repository.row;
  AnswerEntry(call, std::move(reading), **entry, (*entry)->sha256.ToString());
  CountDownload(call, repository);
}

// The SDK keeps the cookie and sends it instead of a header.
Result<Json> LogIn(Hub& hub, const std::string& token) {
  auto lease = TRY(hub.database.Read());
  const auto caller = TRY(storage::Authenticate(*lease, token, hub.clock.NowMs()));
  if (caller.IsAnonymous()) return Error(Errc::Denied, "this is no token of this node");
  const auto user = TRY(storage::GetNamespace(*lease, caller.user));
  return Json{{"AccessToken", token}, {"Username", user.name}, {"Email", ""}};
}

void PostLogin(Hub& hub, Request& request, Response& response) {
  const auto body = ReadJsonOrAnswer(request, response, Request::kDefaultBodyLimitBytes);
  if (!body) return WrapFailure(request, response);
  const auto token = FindString(*body, "AccessToken").value_or("");
  const auto user = LogIn(hub, token);
  if (!user) {
    node::Fail(response, user.error().code() == Errc::Denied ? 401 : 503, user.error().message());
    return WrapFailure(request, response);
  }
  response.headers.Set("Set-Cookie", std::string(kSessionCookie) + "=" + token + "; Path=" +
                                         std::string(kCookiePath) + "; HttpOnly; SameSite=Strict");
  response.headers.Set("Cache-Control", "no-store");
  AnswerData(request, response, *user);
}

// ":id" is "owner/name", sent as one segment.
void SplitId(Request& request) {
  const auto at = std::ranges::find(request.params, "id", &PathParam::name);
  if (at == request.params.end()) return;
  const auto id = at->value;
  const auto slash = std::min(id.find('/'), id.size());
  const auto ns = id.substr(0, slash);
  const auto name = id.substr(std::min(slash + 1, id.size()));
  const auto& raw = at->raw_value;
  request.path.replace(request.path.find(raw, kById.size()), raw.size(), ns + "/" + name);
  request.params = {{"ns", ns, ns}, {"name", name, name}};
}

}  // namespace

void AddModelScopeRoutes(Router& router, Hub& hub) {
  const auto add = [&](RepositoryKind kind, const std::string& rest, RepositoryHandler handler) {
    const auto pattern = "/api/v1/" + std::string(storage::Plural(kind)) + rest;
    router.Add("GET", pattern, [&hub, kind, handler](Request& request, Response& response) {
      SplitId(request);
      RepositoryCall call{hub, kind, request, response};
      handler(call);
      if (response.status >= 400) WrapFailure(request, response);
    });
  };
  for (const auto kind : {RepositoryKind::Model, RepositoryKind::Dataset}) {
    add(kind, "/:ns/:name", GetInfo);
    add(kind, "/:ns/:name/revisions", GetRevisions);
    add(kind, "/:ns/:name/repo", GetFile);
  }
  add(RepositoryKind::Model, "/:ns/:name/repo/files", GetFiles);
  add(RepositoryKind::Dataset, "/:ns/:name/repo/tree", GetFiles);
  add(RepositoryKind::Dataset, "/:id/repo/tree", GetFiles);
  router.Add("POST", "/api/v1/login",
             [&hub](Request& request, Response& response) { PostLogin(hub, request, response); });
}

}  // namespace banyan::node
