// GET /api/{t}/{id}/tree/{rev}[/{path}]: the files and folders of one folder, or of all below it
// (recursive). POST /api/{t}/{id}/paths-info/{rev}: some files and folders by path.

#include <charconv>

#include "node/http/json_body.h"
#include "node/http/uri.h"
#include "node/hub_json.h"
#include "node/repository_call.h"
#include "node/routes.h"
#include "node/xet_link.h"
#include "storage/base/json.h"

namespace banyan::node {
namespace {

using storage::Access;
using storage::TreeItem;

// Some clients do not ask for a second page, so the first is large.
constexpr std::size_t kMaxItems = 10'000;
constexpr std::size_t kMaxExpandedItems = 1'000;  // each needs its last commit
constexpr std::size_t kMaxPaths = 10'000;

std::size_t PageLimit(const Request& request, std::size_t most) {
  const std::string text(request.Query("limit").value_or(""));
  std::size_t limit = 0;
  std::from_chars(text.data(), text.data() + text.size(), limit);
  return limit == 0 ? most : std::min(limit, most);
}

// This node scans no files, and says so in the form that clients read.
Json SecurityJson() {
  return {{"status", "unscanned"}, {"avScan", nullptr}, {"pickleImportScan", nullptr}};
}

Result<Json> ItemsJson(const Hub& hub, RepositoryReading& reading,
                       const storage::Revision& revision, const std::vector<TreeItem>& items,
                       bool expand) {
  std::map<std::string, storage::CommitRecord> last;
  if (expand) {
    std::vector<std::string> paths;
    for (const auto& item : items) paths.push_back(item.path);
    last = TRY(reading.history->LastCommits(revision, paths));
  }
  Json array = Json::array();
  for (const auto& item : items) {
    const auto found = last.find(item.path);
    array.push_back(TreeItemJson(item, found == last.end() ? nullptr : &found->second));
    if (item.is_folder) continue;
    if (expand) array.back()["securityFileStatus"] = SecurityJson();
    const auto xet = TRY(XetHashOf(hub, reading, item.entry));
    if (xet) array.back()["xetHash"] = xet->ToString();
  }
  return array;
}

// Splits ":rev/*path" where the revision ends: some clients send a revision with raw slashes.
struct Place {
  storage::Revision revision;
  std::string folder;
};
std::optional<Place> FindPlace(RepositoryCall& call, RepositoryReading& reading) {
  std::string rev = call.request.Param("rev");
  std::string rest;
  for (const auto& param : call.request.params) {
    if (param.name == "path") rest = param.value;
  }
  for (;;) {
    auto resolved = reading.history->Resolve(rev);
    if (resolved) {
      while (rest.ends_with('/')) rest.pop_back();
      return Place{resolved->revision, rest};
    }
    if (resolved.error().code() != Errc::NotFound) {
      call.Fail(resolved.error());
      return std::nullopt;
    }
    if (rest.empty()) break;
    const auto segment = rest.substr(0, rest.find('/'));
    rest.erase(0, std::min(rest.size(), segment.size() + 1));
    rev += "/" + segment;
  }
  AnswerNoRevision(call.response);
  return std::nullopt;
}

void GetTree(RepositoryCall& call) {
  const auto reading = call.Open(Access::Metadata);
  if (!reading) return;
  if (reading->IsEmpty()) return call.response.SetJson(Json::array());
  const auto place = FindPlace(call, *reading);
  if (!place) return;
  const bool expand = call.request.QueryFlag("expand");
  storage::History::ListOptions options;
  options.folder = place->folder;
  options.recursive = call.request.QueryFlag("recursive");
  options.after = call.request.Query("cursor").value_or("");
  options.limit = PageLimit(call.request, expand ? kMaxExpandedItems : kMaxItems);
  const auto listing = reading->history->List(place->revision, options);
  if (!listing && listing.error().code() == Errc::NotFound) {
    return AnswerNoEntry(call.response, place->revision.commit);
  }
  if (!listing) return call.Fail(listing.error());
  const auto json = ItemsJson(call.hub, *reading, place->revision, listing->items, expand);
  if (!json) return call.Fail(json.error());
  call.response.headers.Set("X-Repo-Commit", place->revision.commit.ToString());
  if (!listing->next.empty()) {
    call.response.headers.Set("Link", NextLink(call.hub, call.request, "cursor", listing->next));
  }
  call.response.SetJson(*json);
}

struct PathsQuery {
  std::vector<std::string> paths;
  bool expand = false;
};

Result<PathsQuery> ParseForm(const std::string& body) {
  PathsQuery query;
  for (const auto& param : TRY(ParseQuery(body, kMaxPaths + 10))) {
    if (param.name == "paths" || param.name == "paths[]") query.paths.push_back(param.value);
    if (param.name == "expand")
      query.expand = param.value == "1" || EqualsIgnoreCase(param.value, "true");
  }
  return query;
}

Result<PathsQuery> ParseBody(Request& request, const std::string& body) {
  PathsQuery query;
  const Json json = TRY(ParseJsonBody(request, body));
  const Json* paths = FindMember(json, "paths");
  if (paths != nullptr && !paths->is_array()) return Error(Errc::Invalid, "paths must be a list");
  for (const auto& path : paths == nullptr ? Json::array() : *paths) {
    if (!path.is_string()) return Error(Errc::Invalid, "paths must be a list of texts");
    query.paths.push_back(path.get<std::string>());
  }
  query.expand = FindBool(json, "expand").value_or(false);
  return query;
}

Result<PathsQuery> ReadPaths(Request& request) {
  const auto body = TRY(request.ReadAll(Request::kDefaultBodyLimitBytes));
  const auto type = request.headers.Find("Content-Type").value_or("");
  auto query =
      type.starts_with("application/json") ? TRY(ParseBody(request, body)) : TRY(ParseForm(body));
  if (query.paths.size() > kMaxPaths) return Error(Errc::TooLarge, "too many paths in one call");
  return query;
}

void PostPathsInfo(RepositoryCall& call) {
  const auto reading = call.Open(Access::Metadata);
  if (!reading) return;
  const auto revision = call.Resolve(*reading, call.request.Param("rev"));
  if (!revision) return;
  const auto query = ReadPaths(call.request);
  if (!query) return call.Fail(query.error());
  const auto items = reading->history->FindPaths(*revision, query->paths);
  if (!items) return call.Fail(items.error());
  const auto json = ItemsJson(call.hub, *reading, *revision, *items, query->expand);
  if (!json) return call.Fail(json.error());
  call.response.headers.Set("X-Repo-Commit", revision->commit.ToString());
  call.response.SetJson(*json);
}

}  // namespace

void AddTreeRoutes(Router& router, Hub& hub) {
  AddApiRoute(router, hub, "GET", "/tree/:rev", GetTree);
  AddApiRoute(router, hub, "GET", "/tree/:rev/*path", GetTree);
  AddApiRoute(router, hub, "POST", "/paths-info/*rev", PostPathsInfo);
}

}  // namespace banyan::node
