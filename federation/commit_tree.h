#pragma once
// The commit tree of a repository: every commit and annotated tag that its branches and tags reach,
// as a search tree (PROTOCOL.md section 4). With the manifests that it names, it rebuilds the
// history bit for bit.
//
// Key: SHA-1 of the object (20 bytes). Value: type (1 byte, as git numbers them), SHA-256 of the
// object's body (32), and of a commit the root of its manifest (32).

#include <optional>
#include <string>

#include "storage/history/history.h"

namespace banyan::federation {

struct CommitTreeEntry {
  storage::GitObjectType type = storage::GitObjectType::Commit;  // or Tag
  Sha256 body;
  std::optional<Sha256> manifest;  // of a commit
  bool operator==(const CommitTreeEntry&) const = default;
};

std::string EncodeCommitTreeEntry(const CommitTreeEntry& entry);
// Strict: Corrupt for another size or type.
Result<CommitTreeEntry> ParseCommitTreeEntry(std::string_view value);

// Builds it in history.nodes() and returns its root. Corrupt when an object of the history is
// missing or malformed.
Result<Sha256> BuildCommitTree(storage::History& history, std::int64_t repository);

}  // namespace banyan::federation
