// POST /api/{t}/{id}/commit/{branch}: the operations of an NDJSON body as one commit.

#include "node/commit_body.h"
#include "node/entering.h"
#include "node/links.h"
#include "node/repository_call.h"
#include "node/routes.h"
#include "storage/base/json.h"
#include "storage/history/upload_store.h"

namespace banyan::node {
namespace {

// Words that clients look for.
constexpr std::string_view kNoSuchFile = "A file with this name doesn't exist";

struct BranchTip {
  std::optional<GitOid> commit;  // nullopt: the repository has no commit yet
};
// NotFound when there is no such branch. Gives its connection back before the body is read.
Result<BranchTip> FindTip(Hub& hub, std::int64_t repository, const std::string& branch) {
  auto lease = TRY(hub.database.Read());
  const auto ref = TRY(storage::FindRef(*lease, repository, storage::FullRefName(branch)));
  if (ref) return BranchTip{ref->commit};
  if (TRY(storage::ListRefs(*lease, repository)).empty()) return BranchTip();
  return Error(Errc::NotFound, "no such branch");
}

// What the client built on: nothing that it says, or the tip by its id or the beginning of it.
// Conflict when the branch is elsewhere.
Result<std::optional<GitOid>> ExpectedParent(const CommitHeader& header, const BranchTip& tip) {
  const auto& text = header.parent_commit;
  if (text.empty()) return std::optional<GitOid>();
  if (text.size() < 5 || text.find_first_not_of("0123456789abcdef") != text.npos) {
    return Error(Errc::Invalid, "parentCommit is a commit id, or at least 5 digits of one");
  }
  if (tip.commit && tip.commit->ToString().starts_with(text)) return tip.commit;
  return Error(Errc::Conflict, "the branch is at " +
                                   (tip.commit ? tip.commit->ToString() : "no commit") +
                                   " and not at parentCommit: fetch it, apply the change on top "
                                   "and try again");
}

void AnswerFailure(RepositoryCall& call, const Error& error) {
  if (error.code() != Errc::NotFound) return call.Fail(error);
  if (error.message().find(kNoSuchFile) != std::string::npos) {
    return Fail(call.response, error, kEntryNotFound);
  }
  if (error.message().starts_with("revision not found")) return AnswerNoRevision(call.response);
  Fail(call.response, 400, error.message());  // a file that was not uploaded
}

void Answer(RepositoryCall& call, const storage::Repository& repository,
            const storage::CommitResult& result) {
  const std::string commit = result.commit.ToString();
  const std::string page =
      "/" + std::string(PathPrefix(call.kind)) + repository.id.Path() + "/commit/" + commit;
  call.response.headers.Set("X-Repo-Commit", commit);
  call.response.SetJson({{"success", true},
                         {"commitOid", commit},
                         {"commitUrl", LinkIn(call.hub, call.request, page)},
                         {"hookOutput", ""},
                         {"changed", result.changed}});
}

void Commit(RepositoryCall& call, const storage::Repository& repository,
            storage::UploadStore& store, CommitBody& body, storage::CommitRequest& commit) {
  auto operations = body.ReadOperations();
  if (!operations) return call.Fail(operations.error());
  commit.operations = *std::move(operations);
  commit.repository = repository.row;
  commit.author = PersonOf(call.hub, call.request.caller);
  commit.time_ms = call.NowMs();
  const std::uint64_t body_bytes = call.request.held_memory_bytes();
  commit.go_on = [&request = call.request, body_bytes](std::uint64_t memory_bytes) -> Status {
    TRY(request.RequireClient());
    return request.HoldMemory(body_bytes + memory_bytes);
  };
  const auto result = storage::Commit(call.hub.database, store, commit, Entering(call.hub));
  if (!result) return AnswerFailure(call, result.error());
  if (result->changed) call.hub.metrics.Add(Counter::Commits);
  FollowHead(call.hub, repository.row);
  Answer(call, repository, *result);
}

void PostCommit(RepositoryCall& call) {
  const auto repository = call.Find(storage::Access::Write);
  if (!repository) return;
  if (call.request.QueryFlag("create_pr")) {
    return Fail(call.response, 501,
                "This node has no pull requests: commit to a branch of your own instead");
  }
  storage::CommitRequest commit;
  commit.branch = call.request.Param("branch");
  const auto tip = FindTip(call.hub, repository->row, commit.branch);
  if (!tip && tip.error().code() == Errc::NotFound) return AnswerNoRevision(call.response);
  if (!tip) return call.Fail(tip.error());
  storage::UploadStore store(call.hub.content, {call.request.caller.user, repository->row},
                             call.hub.quota());
  CommitBody body(call.hub, store, call.request, repository->row);
  const auto header = body.ReadHeader();
  if (!header) return call.Fail(header.error());
  commit.message = header->Message();
  const auto parent = ExpectedParent(*header, *tip);
  if (!parent && parent.error().code() == Errc::Conflict) {
    return Fail(call.response, 412, parent.error().message());
  }
  if (!parent) return call.Fail(parent.error());
  commit.expected_parent = *parent;
  Commit(call, *repository, store, body, commit);
}

}  // namespace

void AddCommitRoutes(Router& router, Hub& hub) {
  AddApiRoute(router, hub, "POST", "/commit/*branch", PostCommit,
              {hub.config.upload_max_commit.bytes});
}

}  // namespace banyan::node
