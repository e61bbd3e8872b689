#include "storage/history/branches.h"

#include "storage/base/repository_name.h"
#include "storage/history/history.h"

namespace banyan::storage {
namespace {

// Decides which refs to move from what the catalog says inside the transaction.
using RefPlan = std::function<Result<RefUpdate>(Connection&)>;

Status EnterRef(Database& database, std::int64_t repository, const EnterOptions& options,
                const RefPlan& plan) {
  return database.Write([&](Connection& connection) -> Status {
    HistoryChange change;
    change.refs.push_back(TRY(plan(connection)));
    TRY(EnterChange(connection, repository, change, options));
    return Ok();
  });
}

Result<Ref> MustFindRef(Connection& connection, std::int64_t repository, const std::string& name) {
  const auto ref = TRY(FindRef(connection, repository, name));
  if (!ref) return Error(Errc::NotFound, "revision not found: " + name);
  return *ref;
}

Status DeleteRef(Database& database, std::int64_t repository, const std::string& name,
                 const EnterOptions& options) {
  return EnterRef(database, repository, options, [&](Connection& c) -> Result<RefUpdate> {
    const Ref ref = TRY(MustFindRef(c, repository, name));
    if (name == BranchRef(TRY(DefaultBranch(c, repository)))) {
      return Error(Errc::Invalid, ref.ShortName() +
                                      " is the default branch: choose another first, with `banyan "
                                      "branch default` or defaultBranch of the settings");
    }
    return RefUpdate{name, ref.target, std::nullopt, GitOid()};
  });
}

}  // namespace

Status RequireNoNamesake(Connection& connection, std::int64_t repository, const std::string& name) {
  const bool is_branch = name.starts_with("refs/heads/");
  const std::string text = Ref{name, {}, {}}.ShortName();
  const std::string other = is_branch ? "tag" : "branch";
  const auto found =
      TRY(FindRef(connection, repository, is_branch ? TagRef(text) : BranchRef(text)));
  if (!found) return Ok();
  return Error(Errc::Conflict, "a " + other + " is called " + text +
                                   " already, and names of branches and tags differ: choose "
                                   "another name, or delete the " +
                                   other + " first");
}

Status CreateBranch(Database& database, std::int64_t repository, const NewBranch& branch,
                    const EnterOptions& options) {
  TRY(ValidateRefName(branch.name));
  const std::string name = BranchRef(branch.name);
  return EnterRef(database, repository, options, [&](Connection& c) -> Result<RefUpdate> {
    const std::string start = branch.start.empty() ? "HEAD" : branch.start;
    const auto from = TRY(ResolveRevision(c, repository, start));
    const auto ref = TRY(FindRef(c, repository, name));
    if (!ref) TRY(RequireNoNamesake(c, repository, name));
    const auto old_target = ref && branch.overwrite ? std::optional(ref->target) : std::nullopt;
    return RefUpdate{name, old_target, from.revision.commit, from.revision.commit};
  });
}

Status DeleteBranch(Database& database, std::int64_t repository, const std::string& name,
                    const EnterOptions& options) {
  return DeleteRef(database, repository, BranchRef(name), options);
}

Status MoveRef(Database& database, std::int64_t repository, const RefMove& move,
               const EnterOptions& options) {
  const std::string name = FullRefName(move.ref);
  return EnterRef(database, repository, options, [&](Connection& c) -> Result<RefUpdate> {
    const Ref ref = TRY(MustFindRef(c, repository, name));
    const auto to = TRY(ResolveRevision(c, repository, move.revision));
    if (move.expected && *move.expected != ref.commit) {
      return Error(Errc::Conflict, name + " is at " + ref.commit.ToString() + " and not at " +
                                       move.expected->ToString());
    }
    return RefUpdate{name, ref.target, to.revision.commit, to.revision.commit};
  });
}

Status CreateRef(Database& database, std::int64_t repository, const NewRef& ref,
                 const EnterOptions& options) {
  if (ref.name.rfind("refs/", 0) != 0) return Error(Errc::Invalid, ref.name + ": not a full name");
  TRY(ValidateRefName(ref.name.substr(5)));
  return EnterRef(database, repository, options, [&](Connection& c) -> Result<RefUpdate> {
    const auto at = TRY(ResolveRevision(c, repository, ref.revision));
    return RefUpdate{ref.name, std::nullopt, at.revision.commit, at.revision.commit};
  });
}

Status CreateTag(Database& database, ContentStore& store, std::int64_t repository,
                 const NewTag& tag, const EnterOptions& options) {
  TRY(ValidateRefName(tag.name));
  auto lease = TRY(database.Read());
  const auto at = TRY(ResolveRevision(*lease, repository, tag.revision));
  const GitOid commit = at.revision.commit;
  HistoryChange change;
  GitOid target = commit;
  if (!tag.message.empty()) {
    const auto objects = TRY(GitObjects::Open(*lease, store));
    const Bytes text = TRY(EncodeTag({commit, tag.name, tag.tagger, tag.time_ms, tag.message}));
    target = TRY(objects->Write(GitObjectType::Tag, text));
    change.objects = objects->TakePending();
  }
  change.refs = {{TagRef(tag.name), std::nullopt, target, commit}};
  return database.Write([&](Connection& connection) -> Status {
    TRY(RequireNoNamesake(connection, repository, TagRef(tag.name)));
    TRY(EnterChange(connection, repository, change, options));
    return Ok();
  });
}

Status DeleteTag(Database& database, std::int64_t repository, const std::string& name,
                 const EnterOptions& options) {
  return DeleteRef(database, repository, TagRef(name), options);
}

Result<GitOid> SquashBranch(Database& database, ContentStore& store, std::int64_t repository,
                            const Squash& squash, const EnterOptions& options) {
  auto lease = TRY(database.Read());
  const Ref ref = TRY(MustFindRef(*lease, repository, FullRefName(squash.branch)));
  const auto history = TRY(History::Open(*lease, store, repository));
  auto revision = TRY(FindRevision(*lease, repository, ref.commit));
  if (!revision) return Error(Errc::Corrupt, ref.name + " leads to no revision");
  const GitOid tree = TRY(history->ReadCommit(ref.commit)).tree;
  const Bytes text = TRY(EncodeCommit({tree, {}, squash.author, squash.time_ms, squash.message}));
  const GitOid commit = TRY(history->objects().Write(GitObjectType::Commit, text));
  revision->commit = commit;
  revision->ancestors = 1;
  HistoryChange change;
  change.revisions = {*revision};
  change.refs = {{ref.name, ref.target, commit, commit}};
  change.objects = history->objects().TakePending();
  TRY(database.Write([&](Connection& connection) -> Status {
    TRY(EnterChange(connection, repository, change, options));
    return Ok();
  }));
  return commit;
}

}  // namespace banyan::storage
