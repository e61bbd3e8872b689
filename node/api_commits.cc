// GET /api/{t}/{id}/commits/{rev}: the log, newest first, in pages (p, limit).

#include <algorithm>
#include <charconv>

#include "node/repository_call.h"
#include "node/routes.h"
#include "storage/base/json.h"

namespace banyan::node {
namespace {

constexpr std::uint64_t kDefaultLimit = 50;
constexpr std::uint64_t kMaxLimit = 1000;

std::uint64_t Number(const Request& request, std::string_view name, std::uint64_t fallback) {
  const auto text = request.Query(name).value_or("");
  std::uint64_t number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  return parsed.ec == std::errc() && !text.empty() ? number : fallback;
}

std::string EscapeHtml(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '&': out += "&amp;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

bool WantsFormatted(const Request& request) {
  for (const auto& param : request.query) {
    if (param.name.starts_with("expand") && param.value == "formatted") return true;
  }
  return false;
}

Json CommitJson(const storage::CommitRecord& commit, bool formatted) {
  const std::string title = commit.Title();
  auto body = std::string_view(commit.message).substr(title.size());
  while (body.starts_with('\n')) body.remove_prefix(1);
  Json json = {{"id", commit.oid.ToString()},
               {"title", title},
               {"message", body},
               {"date", ToIsoTime(commit.time_ms)},
               {"authors", Json::array({{{"user", commit.author_name}}})}};
  Json parents = Json::array();
  for (const auto& parent : commit.parents) parents.push_back(parent.ToString());
  json["parents"] = std::move(parents);
  if (formatted) json["formatted"] = {{"title", EscapeHtml(title)}, {"message", EscapeHtml(body)}};
  return json;
}

void GetCommits(RepositoryCall& call) {
  const auto reading = call.Open(storage::Access::Metadata);
  if (!reading) return;
  const auto revision = call.Resolve(*reading, call.request.Param("rev"));
  if (!revision) return;
  const auto limit =
      std::clamp(Number(call.request, "limit", kDefaultLimit), std::uint64_t{1}, kMaxLimit);
  const auto page = std::min(Number(call.request, "p", 0), revision->ancestors / limit + 1);
  const auto log = reading->history->Log(*revision, page * limit, limit);
  if (!log) return call.Fail(log.error());
  Json json = Json::array();
  const bool formatted = WantsFormatted(call.request);
  for (const auto& commit : *log) json.push_back(CommitJson(commit, formatted));
  call.response.headers.Set("X-Total-Count", std::to_string(revision->ancestors));
  if ((page + 1) * limit < revision->ancestors) {
    call.response.headers.Set("Link",
                              NextLink(call.hub, call.request, "p", std::to_string(page + 1)));
  }
  call.response.SetJson(json);
}

}  // namespace

void AddCommitLogRoutes(Router& router, Hub& hub) {
  AddApiRoute(router, hub, "GET", "/commits/*rev", GetCommits);
}

}  // namespace banyan::node
