// POST /api/{t}/{id}/commit/{branch}: apply the operations of an NDJSON body as one commit.

#include "node/commit_lines.h"
#include "node/entering.h"
#include "node/repository_call.h"
#include "node/routes.h"

namespace banyan::node {
namespace {

using storage::CommitRequest;

constexpr std::uint64_t kAnySize = UINT64_MAX;  // limited by the configuration below

std::string MessageOf(const CommitLines& lines) {
  return lines.description.empty() ? lines.summary : lines.summary + "\n\n" + lines.description;
}

// The commit that the client built on, by a full id or its beginning.
Result<std::optional<GitOid>> ExpectedParent(Hub& hub, std::int64_t repository,
                                             const std::string& parent) {
  if (parent.empty()) return std::optional<GitOid>();
  const bool is_hex = parent.find_first_not_of("0123456789abcdef") == parent.npos;
  if (!is_hex || parent.size() < 5) {
    return Error(Errc::Invalid, "parentCommit is a commit id, or at least 5 digits of one");
  }
  auto lease = TRY(hub.database.Read());
  const auto resolved = storage::ResolveRevision(*lease, repository, parent);
  if (resolved) return std::optional(resolved->revision.commit);
  if (resolved.error().code() != Errc::NotFound) return resolved.error();
  return Error(Errc::Conflict, "parentCommit is not a commit of this repository");
}

// A branch that does not exist is told apart from a file that does not.
bool RequireBranch(RepositoryCall& call, std::int64_t repository, const std::string& branch) {
  auto lease = call.hub.database.Read();
  if (!lease) {
    call.Fail(lease.error());
    return false;
  }
  const auto ref = storage::FindRef(**lease, repository, storage::FullRefName(branch));
  if (ref && *ref) return true;
  if (!ref) {
    call.Fail(ref.error());
  } else {
    AnswerNoRevision(call.response);
  }
  return false;
}

void AnswerFailure(RepositoryCall& call, const Error& error, bool parent_was_named) {
  if (error.code() == Errc::Conflict && parent_was_named) {
    return Fail(call.response, 412, error.message());
  }
  Fail(call.response, error, error.code() == Errc::NotFound ? kEntryNotFound : "");
}

void Answer(RepositoryCall& call, const storage::Repository& repository,
            const storage::CommitResult& result) {
  const std::string commit = result.commit.ToString();
  const std::string page =
      "/" + std::string(PathPrefix(call.kind)) + repository.id.Path() + "/commit/" + commit;
  call.response.headers.Set("X-Repo-Commit", commit);
  call.response.SetJson({{"success", true},
                         {"commitOid", commit},
                         {"commitUrl", call.hub.Link(page)},
                         {"hookOutput", ""}});
}

void PostCommit(RepositoryCall& call) {
  auto& hub = call.hub;
  const auto repository = call.Find(storage::Access::Write);
  if (!repository) return;
  if (call.request.QueryFlag("create_pr")) {
    return Fail(call.response, 400,
                "This node has no pull requests: commit to a branch of your own instead");
  }
  CommitRequest commit;
  commit.branch = call.request.Param("branch");
  if (!RequireBranch(call, repository->row, commit.branch)) return;
  call.request.LimitBody(hub.config.upload_max_commit.bytes);
  auto lines = ReadCommitLines(hub, call.request, repository->row);
  if (!lines) return call.Fail(lines.error());
  const auto parent = ExpectedParent(hub, repository->row, lines->parent);
  if (!parent) return AnswerFailure(call, parent.error(), true);
  commit.repository = repository->row;
  commit.expected_parent = *parent;
  commit.author = PersonOf(hub, call.request.caller);
  commit.message = MessageOf(*lines);
  commit.time_ms = hub.clock.NowMs();
  commit.operations = std::move(lines->operations);
  const auto result = storage::Commit(hub.database, hub.content, commit, Entering(hub));
  if (!result) return AnswerFailure(call, result.error(), parent->has_value());
  hub.metrics.Add(Counter::Commits);
  Answer(call, *repository, *result);
}

}  // namespace

void AddCommitRoutes(Router& router, Hub& hub) {
  AddApiRoute(router, hub, "POST", "/commit/*branch", PostCommit, {kAnySize});
}

}  // namespace banyan::node
