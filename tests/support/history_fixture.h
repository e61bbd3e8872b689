#pragma once
// A repository with history for tests: commits in one line, and an export into a real bare git
// repository to compare with.

#include "storage/history/branches.h"
#include "storage/history/commit.h"
#include "storage/history/history.h"
#include "tests/support/git_program.h"
#include "tests/support/store_fixture.h"

namespace banyan::tests {

inline Bytes Text(std::string_view text) {
  const auto view = AsBytes(text);
  return Bytes(view.begin(), view.end());
}

struct HistoryFixture : StoreFixture {
  std::int64_t repository = 0;
  std::int64_t now_ms = 1700000000000;

  // A repository "name" without a commit.
  explicit HistoryFixture(bool is_private = false);

  storage::EnterOptions Options() const;
  storage::CommitRequest Request(std::vector<storage::CommitOperation> operations);
  // Commits to main; each commit is a minute after the one before.
  Result<storage::CommitResult> TryCommit(std::vector<storage::CommitOperation> operations);
  GitOid Commit(std::vector<storage::CommitOperation> operations);
  GitOid CommitText(const std::string& path, std::string_view text);
  // The first commit of new repositories (.gitattributes).
  GitOid CommitFirst();
  // Stores bytes as an uploaded file of `to`.
  storage::FileContent Upload(ByteView bytes, std::int64_t to);

  // Runs `read` with a history of the repository.
  void Read(const std::function<void(storage::History&)>& read);
  storage::Revision Resolve(const std::string& text);
  // "path path ..." of all files at a revision.
  std::string Files(const std::string& revision = "main");
  std::string ReadText(const std::string& path, const std::string& revision = "main");
};

// Writes all refs of the repository, with everything they reach, into a new bare repository and
// lets git check it (fsck --strict).
void ExportToGit(HistoryFixture& fixture, const std::string& directory);

}  // namespace banyan::tests
