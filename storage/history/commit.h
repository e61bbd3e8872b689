#pragma once
// Commits made on the node itself: apply operations to a branch, as clients ask over HTTP.
//
//   stage   inline bytes go to the content store, uploaded files are looked up
//   draft   operations on the branch's tree: new tree, manifest, commit object; headers of new
//           weight files are looked at   (no lock)
//   enter   one transaction; if the branch moved meanwhile, draft again on top of it
//
// A request that names the parent it expects is not drafted again: it gets Conflict.

#include <functional>
#include <variant>

#include "storage/history/commit_text.h"
#include "storage/history/history_change.h"

namespace banyan::storage {

inline constexpr std::size_t kMaxOperations = 100000;

// A file of the content store: uploaded before (row > 0), or written just now by the caller, who
// keeps its writer until Commit returns (row 0). As a pointer whatever the rules say (a client
// that went through LFS), or by the rules of lfs.h.
struct AddUploaded {
  std::string path;
  FileContent file;
  bool as_pointer = true;
};
// A small file sent with the request, at most kMaxGitBlobBytes; kept by the rules of lfs.h. The
// text of a canonical LFS pointer stands for the file it names, which must be usable here.
struct AddInline {
  std::string path;
  Bytes bytes;
};
struct DeleteFile {
  std::string path;
};
struct DeleteFolder {
  std::string path;  // a trailing slash is fine
};
// From a revision of the same repository; "" is the branch itself.
struct CopyFile {
  std::string path;
  std::string from_path;
  std::string from_revision;
};
using CommitOperation = std::variant<AddUploaded, AddInline, DeleteFile, DeleteFolder, CopyFile>;

struct CommitRequest {
  std::int64_t repository = 0;
  std::string branch;  // a branch name, or a full refs/heads/... or refs/pr/... name
  std::optional<GitOid> expected_parent;
  Person author;
  std::string message;
  std::int64_t time_ms = 0;
  std::vector<CommitOperation> operations;  // applied in order
  // Asked for each file whether to go on, with how much memory the rules of .gitattributes take by
  // now; its error ends the commit.
  std::function<Status(std::uint64_t memory_bytes)> go_on = nullptr;
};

struct CommitResult {
  GitOid commit;
  GitOid parent;        // zero for a first commit
  bool changed = true;  // false: nothing differed, `commit` is the branch as it was
};

// Errors
//   NotFound  no such branch ("revision not found: ..."); a deleted or copied file that is not
//             there ("...: A file with this name doesn't exist"); a file not uploaded
//   Invalid   a bad path or author; clashing names; a file in a folder's place; over
//   kMaxOperations;
//             a new weight file whose header cannot be true (weight_check.h)
//   Conflict  the branch is not at expected_parent, or moved again and again
//   TooLarge  quota, an inline file above kMaxGitBlobBytes, or more .gitattributes than are looked
//             at in one commit (git_attributes.h)
// Paths of LFS files that no .gitattributes tracks yet are added to the root's.
Result<CommitResult> Commit(Database& database, ContentStore& store, const CommitRequest& request,
                            const EnterOptions& options);

// The first commit of a new repository: .gitattributes as public hubs write it, and files. Enter
// it (EnterChange) in the transaction that creates the repository row.
struct FirstCommit {
  RepositoryKind kind = RepositoryKind::Model;
  std::string branch = "main";
  Person author;
  std::string message = "initial commit";
  std::int64_t time_ms = 0;
  std::vector<AddInline> files;  // may replace .gitattributes
};
Result<HistoryChange> PrepareFirstCommit(Database& database, ContentStore& store,
                                         const FirstCommit& first);

}  // namespace banyan::storage
