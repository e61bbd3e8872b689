#include "node/git_call.h"

#include "node/absent_answer.h"

namespace banyan::node {
namespace {

constexpr int kAttempts = 3;

void FinishAnswer(Response& response) {
  if (response.status < 400) return;
  const auto message = FailureText(response);
  if (response.status == 401) response.headers.Set("WWW-Authenticate", kBasicChallenge);
  response.SetText("text/plain; charset=utf-8", message + "\n");
}

// What is not here of a mirror is fetched, where the policy wants that; false when the answer was
// made instead.
bool Bring(GitCall& call, const GitWork& work) {
  for (const auto& file : work.open.updated.absent) {
    const auto outcome = FetchOrAnswer(call.hub, work.repository, file.entry, call.response);
    if (outcome == Absent::Answered) return false;
  }
  return true;
}

}  // namespace

void GitRoutes::Add(std::string_view method, const std::string& rest, GitHandler handler,
                    RouteOptions options) const {
  for (const auto kind : {storage::RepositoryKind::Model, storage::RepositoryKind::Dataset}) {
    router.Add(
        method, "/" + std::string(PathPrefix(kind)) + ":ns/:name" + rest,
        [kind, handler, &hub = hub, &git = git](Request& request, Response& response) {
          GitCall call{{hub, kind, request, response}, git};
          handler(call);
          FinishAnswer(response);
        },
        options);
  }
}

std::unique_ptr<GitWork> PrepareGit(GitCall& call, storage::Access access, GitService::Work kind) {
  auto repository = call.Find(access);
  if (!repository) return nullptr;
  auto work = std::make_unique<GitWork>();
  work->repository = *std::move(repository);
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    auto open = call.git.copies().Find(work->repository.row);
    if (!open) {
      call.Fail(open.error());
      return nullptr;
    }
    work->open = *std::move(open);
    if (work->open.updated.absent.empty()) break;
    if (!Bring(call, *work)) return nullptr;
  }
  if (!work->open.updated.absent.empty()) {
    call.Fail(Error(Errc::Unavailable, "Files of this repository are still missing here"));
    return nullptr;
  }
  auto turn = call.git.Take(kind, ClientKey(call.request));
  if (turn) {
    work->turn = *std::move(turn);
    return work;
  }
  call.Fail(turn.error());
  return nullptr;
}

std::unique_ptr<RequestBody> OpenGitBody(GitCall& call, std::string_view service) {
  const auto type = call.request.headers.Joined("Content-Type");
  if (type != "application/x-" + std::string(service) + "-request") {
    Fail(call.response, 415, "This is for git's own clients: its requests have another type");
    return nullptr;
  }
  auto body = RequestBody::Open(call.request);
  if (body) return *std::move(body);
  Fail(call.response, 415, body.error().message());
  return nullptr;
}

void SetGitHeaders(Response& response, std::string_view content_type) {
  response.headers.Set("Content-Type", content_type);
  response.headers.Set("Cache-Control", "no-cache, max-age=0, must-revalidate");
}

}  // namespace banyan::node
