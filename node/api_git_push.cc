// POST [datasets/]{id}[.git]/git-receive-pack: a push. What there is to push to is asked for with
// info/refs (node/api_git.cc).

#include "node/git_push.h"
#include "node/rate_limiter.h"

namespace banyan::node {
namespace {

using Work = GitService::Work;

// Rights are asked before the body is read, and after.
void PostReceivePack(GitCall& call) {
  const auto repository = call.Find(storage::Access::Write);
  if (!repository) return;
  const auto body = OpenGitBody(call, "git-receive-pack");
  if (!body) return;
  const auto turn = call.git.Take(Work::Receive, ClientKey(call.request));
  if (!turn) return call.Fail(turn.error());
  const auto sent = ReceivePush(call, repository->row, *body);
  if (!sent) return call.Fail(sent.error());
  const auto work = PrepareGit(call, storage::Access::Write, Work::Pack);
  if (!work) return;
  auto said = TakePush(call, *work, **sent);
  if (!said) return call.Fail(said.error());
  call.response.body = *std::move(said);
  SetGitHeaders(call.response, "application/x-git-receive-pack-result");
}

}  // namespace

void AddGitPushRoutes(Router& router, Hub& hub, GitService& git) {
  const GitRoutes routes{router, hub, git};
  // Of a body that is cut off git would show its user nothing but a status: ReceivePush bounds it.
  routes.Add("POST", "/git-receive-pack", PostReceivePack, {UINT64_MAX});
}

}  // namespace banyan::node
