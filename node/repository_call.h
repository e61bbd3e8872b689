#pragma once
// One call of a route under a repository. Its members find what the path names, for the caller;
// when there is nothing to go on with they have made the answer and give nullopt or nullptr, and
// the handler returns.

#include <memory>
#include <optional>

#include "node/http/router.h"
#include "node/hub.h"
#include "node/hub_answer.h"
#include "node/repository_lookup.h"
#include "storage/base/json.h"
#include "storage/history/history.h"

namespace banyan::node {

// A repository open for reading: one connection, used by one thread.
struct RepositoryReading {
  storage::Repository repository;
  storage::Database::Lease lease;
  std::unique_ptr<storage::History> history;

  // Nothing has been committed yet, so no revision can be named.
  bool IsEmpty();
};

// The body as a JSON object; an empty one is an empty object.
std::optional<Json> ReadJsonOrAnswer(Request& request, Response& response, std::uint64_t max_bytes,
                                     const JsonLimits& limits = {});

struct RepositoryCall {
  Hub& hub;
  const storage::RepositoryKind kind;
  Request& request;
  Response& response;

  // The repository of :ns and :name. GET and HEAD under an old name, or another case of the name,
  // are redirected to the right one; other methods act on it.
  std::optional<storage::Repository> Find(storage::Access access);
  // The same, open for reading history and files.
  std::unique_ptr<RepositoryReading> Open(storage::Access access);
  // A revision as clients write it.
  std::optional<storage::Revision> Resolve(RepositoryReading& reading, std::string_view text);
  std::optional<Json> ReadJson() {
    return ReadJsonOrAnswer(request, response, Request::kDefaultBodyLimitBytes);
  }

  // The answer for an error of storage that no route explains better.
  void Fail(const Error& error) { node::Fail(response, error); }
  std::int64_t NowMs() const { return hub.clock.NowMs(); }

 private:
  std::optional<storage::FoundRepository> Look(storage::Connection& connection,
                                               storage::Access access);
  bool Redirect(const storage::FoundRepository& found);
};

// A repository named otherwise than by the path; as RepositoryCall::Find, but never redirects.
std::optional<storage::FoundRepository> FindOrAnswer(Hub& hub, storage::Connection& connection,
                                                     const storage::RepositoryId& id,
                                                     storage::Access access, const Request& request,
                                                     Response& response);

// "datasets/" or nothing: what stands before an id in the paths of pages and files.
std::string_view PathPrefix(storage::RepositoryKind kind);

using RepositoryHandler = void (*)(RepositoryCall&);

// Adds /api/{models,datasets}/:ns/:name<rest> for both kinds.
void AddApiRoute(Router& router, Hub& hub, std::string_view method, const std::string& rest,
                 RepositoryHandler handler, RouteOptions options = {});
// Adds GET /api/{models,datasets}/:ns/:name<rest>, whose answers to strangers are kept
// (node/answer_cache.h).
void AddKeptApiRoute(Router& router, Hub& hub, const std::string& rest, RepositoryHandler handler);
// Adds [/datasets]/:ns/:name<rest> for both kinds.
void AddFileRoute(Router& router, Hub& hub, std::string_view method, const std::string& rest,
                  RepositoryHandler handler, RouteOptions options = {});

// The value of a Link header that names the next page: this request with another `cursor`.
std::string NextLink(const Hub& hub, const Request& request, std::string_view parameter,
                     std::string_view value);

}  // namespace banyan::node
