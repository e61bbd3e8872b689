#pragma once
// Branches and tags: creating, deleting, moving, and squashing a branch's history into one commit.
// Each is one transaction through EnterChange; its errors apply, and
//   NotFound  the revision, branch or tag does not exist
//   Conflict  the name exists already, of a branch or of a tag, or moved meanwhile
//   Invalid   a bad name (ValidateRefName), or the default branch is to be deleted

#include "storage/history/commit_text.h"
#include "storage/history/history_change.h"

namespace banyan::storage {

// Conflict when a tag is called as this new branch, or a branch as this new tag: who writes the
// name alone would mean either. `name` is full. What is pushed by git, and mirrors, may have both.
Status RequireNoNamesake(Connection& connection, std::int64_t repository, const std::string& name);

struct NewBranch {
  std::string name;
  std::string start;       // any revision text; "" is the default branch
  bool overwrite = false;  // move it if it exists
};
Status CreateBranch(Database& database, std::int64_t repository, const NewBranch& branch,
                    const EnterOptions& options);
Status DeleteBranch(Database& database, std::int64_t repository, const std::string& name,
                    const EnterOptions& options);

// Moves a ref (a branch name or a full ref name) to another revision of the repository, forwards
// or not. `expected`: the commit it must be at now.
struct RefMove {
  std::string ref;
  std::string revision;
  std::optional<GitOid> expected;
};
Status MoveRef(Database& database, std::int64_t repository, const RefMove& move,
               const EnterOptions& options);
// Opens a ref outside branches and tags (refs/pr/1) at a revision.
struct NewRef {
  std::string name;
  std::string revision;
};
Status CreateRef(Database& database, std::int64_t repository, const NewRef& ref,
                 const EnterOptions& options);

// With a message it becomes an annotated tag object, else a plain ref to the commit.
struct NewTag {
  std::string name;
  std::string revision;
  std::string message;
  Person tagger;
  std::int64_t time_ms = 0;
};
Status CreateTag(Database& database, ContentStore& store, std::int64_t repository,
                 const NewTag& tag, const EnterOptions& options);
Status DeleteTag(Database& database, std::int64_t repository, const std::string& name,
                 const EnterOptions& options);

// Replaces the branch's history by one commit with the same tree. Other refs keep theirs; what no
// ref reaches any more is collected after its grace.
struct Squash {
  std::string branch;
  Person author;
  std::string message;
  std::int64_t time_ms = 0;
};
Result<GitOid> SquashBranch(Database& database, ContentStore& store, std::int64_t repository,
                            const Squash& squash, const EnterOptions& options);

}  // namespace banyan::storage
