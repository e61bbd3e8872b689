#pragma once
// Refs and revisions of one repository, as rows of the catalog. A revision is a commit that this
// repository has had under a ref; nothing else can be named through it, whatever other
// repositories of the node hold. Functions work on the connection they are given.

#include <optional>
#include <string>
#include <vector>

#include "storage/base/digest.h"
#include "storage/base/sqlite.h"

namespace banyan::storage {

struct Revision {
  GitOid commit;
  Sha256 manifest;
  std::uint64_t bytes = 0;  // logical size of its files
  std::uint64_t files = 0;
  std::uint64_t ancestors = 0;  // commits in its log, itself among them
};

struct Ref {
  std::string name;  // full: refs/heads/main, refs/tags/v1, refs/pr/1
  GitOid target;     // a commit, or an annotated tag object
  GitOid commit;     // the commit it leads to
  // "main" of refs/heads/main; the whole name of other refs.
  std::string ShortName() const;
};

std::string BranchRef(std::string_view branch);  // "refs/heads/<branch>"
std::string TagRef(std::string_view tag);        // "refs/tags/<tag>"
// A full ref name as it is, else the branch of that name.
std::string FullRefName(std::string_view ref_or_branch);

// nullopt when there is none. `name` is full.
Result<std::optional<Ref>> FindRef(Connection& connection, std::int64_t repository,
                                   std::string_view name);
// In byte order of names; only those that begin with `prefix`.
Result<std::vector<Ref>> ListRefs(Connection& connection, std::int64_t repository,
                                  std::string_view prefix = "refs/");
Result<std::optional<Revision>> FindRevision(Connection& connection, std::int64_t repository,
                                             const GitOid& commit);

struct ResolvedRevision {
  Revision revision;
  std::string ref;  // the full ref it came through; empty for a commit id
};
// What a client may write for a revision: a full commit id, HEAD, a full ref name, a branch, a
// tag, an unambiguous beginning of a commit id (5 digits or more), in this order. NotFound for
// anything else.
Result<ResolvedRevision> ResolveRevision(Connection& connection, std::int64_t repository,
                                         std::string_view text);

// Of the repository row. NotFound when there is no such row.
Result<std::string> DefaultBranch(Connection& connection, std::int64_t repository);

}  // namespace banyan::storage
