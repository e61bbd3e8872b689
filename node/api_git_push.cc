// POST [datasets/]{id}[.git]/git-receive-pack: a push. What there is to push to is asked for with
// info/refs (node/api_git.cc).

#include "node/git_push.h"

namespace banyan::node {
namespace {

void PostReceivePack(GitCall& call) {
  const auto work = PrepareGit(call, storage::Access::Write);
  if (!work) return;
  const auto body = OpenGitBody(call, "git-receive-pack");
  if (!body) return;
  auto said = TakePush(call, *work, *body);
  if (!said) return call.Fail(said.error());
  call.response.body = *std::move(said);
  SetGitHeaders(call.response, "application/x-git-receive-pack-result");
}

}  // namespace

void AddGitPushRoutes(Router& router, Hub& hub, GitService& git) {
  const std::uint64_t most = git.options().max_push_bytes;
  const GitRoutes routes{router, hub, git};
  routes.Add("POST", "/git-receive-pack", PostReceivePack, {most == 0 ? UINT64_MAX : most});
}

}  // namespace banyan::node
