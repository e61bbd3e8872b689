#include "node/repository_call.h"

#include "node/http/json_body.h"
#include "node/http/uri.h"
#include "node/links.h"
#include "storage/base/json.h"

namespace banyan::node {
namespace {

using storage::Access;
using storage::RepositoryKind;

constexpr RepositoryKind kKinds[] = {RepositoryKind::Model, RepositoryKind::Dataset};

Handler Bind(Hub& hub, RepositoryKind kind, RepositoryHandler handler) {
  return [&hub, kind, handler](Request& request, Response& response) {
    RepositoryCall call{hub, kind, request, response};
    handler(call);
  };
}

// The path of `link`, such as "/hub" of "https://example.org/hub".
std::string_view PathOf(std::string_view link) {
  const auto slash = link.find('/', link.find("//") + 2);
  return slash == link.npos ? std::string_view() : link.substr(slash);
}

}  // namespace

bool RepositoryReading::IsEmpty() {
  if (repository.head) return false;
  const auto refs = storage::ListRefs(*lease, repository.row);
  return refs && refs->empty();
}

std::string_view PathPrefix(RepositoryKind kind) {
  return kind == RepositoryKind::Model ? "" : "datasets/";
}

std::optional<storage::FoundRepository> FindOrAnswer(Hub& hub, storage::Connection& connection,
                                                     const storage::RepositoryId& id, Access access,
                                                     const Request& request, Response& response) {
  return RepositoryLookup{connection, request, response, hub.config.access_anonymous}.Find(id,
                                                                                           access);
}

std::optional<storage::FoundRepository> RepositoryCall::Look(storage::Connection& connection,
                                                             Access access) {
  return RepositoryLookup{connection, request, response, hub.config.access_anonymous}.FindByPath(
      kind, access);
}

bool RepositoryCall::Redirect(const storage::FoundRepository& found) {
  const bool reads = request.method == "GET" || request.method == "HEAD";
  if (found.match == storage::NameMatch::Exact || !reads) return false;
  // The raw segments are replaced where they stand; what follows stays as it was sent.
  const auto& ns = request.params.front().raw_value;
  const std::string old_id = "/" + ns + "/";
  const auto at = request.path.find(old_id);
  const auto rest = request.path.find('/', at + old_id.size());
  const auto query = request.target.find('?');
  std::string location(PathOf(hub.config.public_url));
  location += request.path.substr(0, at + 1) + found.repository.id.Path();
  if (rest != std::string::npos) location += request.path.substr(rest);
  if (query != std::string::npos) location += request.target.substr(query);
  response.status = 307;
  response.headers.Set("Location", location);
  response.SetText("text/plain; charset=utf-8", "Moved to " + location + "\n");
  return true;
}

std::optional<storage::Repository> RepositoryCall::Find(Access access) {
  auto lease = hub.database.Read();
  if (!lease) {
    Fail(lease.error());
    return std::nullopt;
  }
  auto found = Look(**lease, access);
  if (!found || Redirect(*found)) return std::nullopt;
  return std::move(found->repository);
}

std::unique_ptr<RepositoryReading> RepositoryCall::Open(Access access) {
  auto lease = hub.database.Read();
  if (!lease) {
    Fail(lease.error());
    return nullptr;
  }
  auto found = Look(**lease, access);
  if (!found || Redirect(*found)) return nullptr;
  auto reading = std::make_unique<RepositoryReading>(
      RepositoryReading{std::move(found->repository), *std::move(lease), nullptr});
  auto history = storage::History::Open(*reading->lease, hub.content, reading->repository.row);
  if (!history) {
    Fail(history.error());
    return nullptr;
  }
  reading->history = *std::move(history);
  return reading;
}

std::optional<storage::Revision> RepositoryCall::Resolve(RepositoryReading& reading,
                                                         std::string_view text) {
  auto resolved = reading.history->Resolve(text);
  if (resolved) return resolved->revision;
  if (resolved.error().code() == Errc::NotFound) {
    AnswerNoRevision(response);
  } else {
    Fail(resolved.error());
  }
  return std::nullopt;
}

std::optional<Json> ReadJsonOrAnswer(Request& request, Response& response, std::uint64_t max_bytes,
                                     const JsonLimits& limits) {
  const auto text = request.ReadAll(max_bytes);
  if (!text) {
    Fail(response, text.error());
    return std::nullopt;
  }
  if (text->empty()) return Json::object();
  auto json = ParseJsonBody(request, *text, limits);
  if (json && json->is_object()) return *std::move(json);
  const bool is_busy = !json && json.error().code() == Errc::Unavailable;
  if (is_busy) {
    Fail(response, json.error());
  } else {
    Fail(response, 400, json ? "the body must be a JSON object" : json.error().message());
  }
  return std::nullopt;
}

void AddApiRoute(Router& router, Hub& hub, std::string_view method, const std::string& rest,
                 RepositoryHandler handler, RouteOptions options) {
  for (const auto kind : kKinds) {
    router.Add(method, "/api/" + std::string(storage::Plural(kind)) + "/:ns/:name" + rest,
               Bind(hub, kind, handler), options);
  }
}

void AddKeptApiRoute(Router& router, Hub& hub, const std::string& rest, RepositoryHandler handler) {
  for (const auto kind : kKinds) {
    router.Add("GET", "/api/" + std::string(storage::Plural(kind)) + "/:ns/:name" + rest,
               hub.answers.Around(Bind(hub, kind, handler)));
  }
}

void AddFileRoute(Router& router, Hub& hub, std::string_view method, const std::string& rest,
                  RepositoryHandler handler, RouteOptions options) {
  for (const auto kind : kKinds) {
    router.Add(method, "/" + std::string(PathPrefix(kind)) + ":ns/:name" + rest,
               Bind(hub, kind, handler), options);
  }
}

std::string NextLink(const Hub& hub, const Request& request, std::string_view parameter,
                     std::string_view value) {
  std::string link = LinkIn(hub, request, request.path) + "?";
  for (const auto& param : request.query) {
    if (param.name == parameter) continue;
    link += PercentEncode(param.name, "[]") + "=" + PercentEncode(param.value) + "&";
  }
  return "<" + link + std::string(parameter) + "=" + PercentEncode(value) + ">; rel=\"next\"";
}

}  // namespace banyan::node
