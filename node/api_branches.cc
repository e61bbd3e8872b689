// POST and DELETE /api/{t}/{id}/branch/{name}, POST /api/{t}/{id}/tag/{rev},
// DELETE /api/{t}/{id}/tag/{name}, POST /api/{t}/{id}/super-squash/{branch}.

#include "node/entering.h"
#include "node/repository_call.h"
#include "node/routes.h"
#include "storage/base/json.h"
#include "storage/history/branches.h"
#include "storage/history/commit.h"

namespace banyan::node {
namespace {

using storage::Access;

// Answers a finished change; a missing ref or revision is told apart for clients.
void Finish(RepositoryCall& call, std::int64_t repository, const Status& status,
            const Json& answer = Json::object()) {
  if (status) {
    FollowHead(call.hub, repository);
    return call.response.SetJson(answer);
  }
  const bool missing = status.error().code() == Errc::NotFound;
  Fail(call.response, status.error(), missing ? kRevisionNotFound : "");
}

// A branch without history: it begins with a first commit of its own.
Status CreateEmptyBranch(RepositoryCall& call, std::int64_t repository, const std::string& name) {
  TRY(storage::ValidateRefName(name));
  storage::FirstCommit first;
  first.kind = call.kind;
  first.branch = name;
  first.author = PersonOf(call.hub, call.request.caller);
  first.time_ms = call.NowMs();
  auto change = TRY(storage::PrepareFirstCommit(call.hub.database, call.hub.content, first));
  return call.hub.database.Write([&](storage::Connection& connection) -> Status {
    TRY(storage::RequireNoNamesake(connection, repository, storage::BranchRef(name)));
    TRY(storage::EnterChange(connection, repository, change, Entering(call.hub)));
    return Ok();
  });
}

void PostBranch(RepositoryCall& call) {
  const auto repository = call.Find(Access::Write);
  if (!repository) return;
  const auto body = call.ReadJson();
  if (!body) return;
  storage::NewBranch branch;
  branch.name = call.request.Param("branch");
  branch.start = FindString(*body, "startingPoint").value_or("");
  branch.overwrite = FindBool(*body, "overwrite").value_or(false);
  if (FindBool(*body, "emptyBranch").value_or(false)) {
    return Finish(call, repository->row, CreateEmptyBranch(call, repository->row, branch.name));
  }
  Finish(call, repository->row,
         storage::CreateBranch(call.hub.database, repository->row, branch, Entering(call.hub)));
}

void DeleteBranch(RepositoryCall& call) {
  const auto repository = call.Find(Access::Write);
  if (!repository) return;
  Finish(call, repository->row,
         storage::DeleteBranch(call.hub.database, repository->row, call.request.Param("branch"),
                               Entering(call.hub)));
}

void PostTag(RepositoryCall& call) {
  const auto repository = call.Find(Access::Write);
  if (!repository) return;
  const auto body = call.ReadJson();
  if (!body) return;
  storage::NewTag tag;
  tag.name = FindString(*body, "tag").value_or("");
  tag.revision = call.request.Param("rev");
  tag.message = FindString(*body, "message").value_or("");
  tag.tagger = PersonOf(call.hub, call.request.caller);
  tag.time_ms = call.NowMs();
  Finish(call, repository->row,
         storage::CreateTag(call.hub.database, call.hub.content, repository->row, tag,
                            Entering(call.hub)));
}

void DeleteTag(RepositoryCall& call) {
  const auto repository = call.Find(Access::Write);
  if (!repository) return;
  Finish(call, repository->row,
         storage::DeleteTag(call.hub.database, repository->row, call.request.Param("rev"),
                            Entering(call.hub)));
}

void PostSquash(RepositoryCall& call) {
  const auto repository = call.Find(Access::Write);
  if (!repository) return;
  const auto body = call.ReadJson();
  if (!body) return;
  storage::Squash squash;
  squash.branch = call.request.Param("branch");
  squash.author = PersonOf(call.hub, call.request.caller);
  squash.message =
      FindString(*body, "message").value_or("Super-squash branch '" + squash.branch + "'");
  squash.time_ms = call.NowMs();
  const auto commit = storage::SquashBranch(call.hub.database, call.hub.content, repository->row,
                                            squash, Entering(call.hub));
  if (!commit) return Finish(call, repository->row, commit.error());
  Finish(call, repository->row, Ok(), {{"commitOid", commit->ToString()}});
}

}  // namespace

void AddBranchRoutes(Router& router, Hub& hub) {
  AddApiRoute(router, hub, "POST", "/branch/*branch", PostBranch);
  AddApiRoute(router, hub, "DELETE", "/branch/*branch", DeleteBranch);
  AddApiRoute(router, hub, "POST", "/tag/*rev", PostTag);
  AddApiRoute(router, hub, "DELETE", "/tag/*rev", DeleteTag);
  AddApiRoute(router, hub, "POST", "/super-squash/*branch", PostSquash);
}

}  // namespace banyan::node
