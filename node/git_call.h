#pragma once
// What the routes of git have in common: who may, a copy of the repository that is up to date, and
// answers that git shows to its user.

#include "node/git_service.h"
#include "node/http/request_body.h"
#include "node/repository_call.h"

namespace banyan::node {

// Reading: node/api_git.cc. Pushing: node/api_git_push.cc. Borrow all.
void AddGitRoutes(Router& router, Hub& hub, GitService& git);
void AddGitPushRoutes(Router& router, Hub& hub, GitService& git);

// One call of such a route, and the service it is served by.
struct GitCall : RepositoryCall {
  GitService& git;
};
using GitHandler = void (*)(GitCall&);

// Adds [/datasets]/:ns/:name<rest> for both kinds. Errors become plain text, which git prints, and
// 401 asks for credentials as git gives them.
struct GitRoutes {
  Router& router;
  Hub& hub;
  GitService& git;
  void Add(std::string_view method, const std::string& rest, GitHandler handler,
           RouteOptions options = {}) const;
};

// A repository that git may work on: the copy stays as long as this does.
struct GitWork {
  storage::Repository repository;
  RepositoryCopies::Open open;
  std::unique_ptr<SharedTurns::Turn> turn;
};

// nullptr when the answer was made. Takes a turn, for which others wait: what may come slowly is
// read before.
std::unique_ptr<GitWork> PrepareGit(GitCall& call, storage::Access access, GitService::Work work);

// The body with its coding undone; nullptr when the answer was made, since it is no request of
// `service`.
std::unique_ptr<RequestBody> OpenGitBody(GitCall& call, std::string_view service);

void SetGitHeaders(Response& response, std::string_view content_type);

}  // namespace banyan::node
