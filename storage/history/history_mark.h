#pragma once
// What history is in use: every git object, tree segment, blob and tree node under the revisions
// and refs of the catalog. Garbage collection keeps these and sweeps the rest; a push may refer to
// those of its own repository.
//
// Marking is incremental: a second call walks only what came since, and unchanged segments of
// trees are read once whatever the number of revisions. So a collection marks on a reader first
// and catches up inside its transaction.

#include <functional>
#include <map>
#include <string>
#include <unordered_set>
#include <vector>

#include "storage/base/digest.h"
#include "storage/base/sqlite.h"

namespace banyan::storage {

// Tree and parents of a commit object, read from its row. NotFound, Corrupt.
struct CommitLinks {
  GitOid tree;
  std::vector<GitOid> parents;
  auto operator<=>(const CommitLinks&) const = default;
};
Result<CommitLinks> ReadCommitLinks(Connection& connection, const GitOid& commit);
// From the object's bytes; Corrupt when they do not begin as git writes commits.
Result<CommitLinks> ParseCommitLinks(ByteView data);

// The commit or tag that a tag object is of, from the object's bytes; Corrupt when they do not
// begin as git writes tags, or are of something else, which nobody could check out.
Result<GitOid> ParseTagTarget(ByteView data);

// Used by one thread.
class HistoryMark {
 public:
  // Adds all that the revisions and refs of every repository reach. Corrupt when an object they
  // need is missing: then nothing may be swept. Missing tree nodes are passed over.
  Status AddAll(Connection& connection);
  // The same without revisions that an earlier sweep noted as unreachable: for marking ahead of a
  // sweep, which may delete those.
  Status AddReachable(Connection& connection);
  // The same for one repository, without tree nodes. `go_on` is asked at each commit; its error
  // ends the walk.
  Status AddRepository(Connection& connection, std::int64_t repository,
                       const std::function<Status()>& go_on = nullptr);

  bool HasObject(const GitOid& oid) const { return objects_.count(oid) != 0; }  // not blobs
  bool HasBlob(const GitOid& oid) const { return blobs_.count(oid) != 0; }
  bool HasSegment(std::int64_t id) const { return segments_.count(id) != 0; }
  bool HasNode(const Sha256& id) const { return nodes_.count(id) != 0; }
  const std::unordered_set<GitOid>& blobs() const { return blobs_; }

 private:
  Status AddRevisions(Connection& connection, const std::string& condition);
  Status AddRefs(Connection& connection);
  Status AddCards(Connection& connection);
  Status AddCommit(Connection& connection, const GitOid& commit);
  Status AddTrees(Connection& connection, const GitOid& root);
  Status AddEntries(ByteView piece, std::vector<GitOid>& folders);
  Status AddTags(Connection& connection, const std::vector<GitOid>& targets);
  Status AddNodes(Connection& connection, const Sha256& root);

  std::unordered_set<GitOid> objects_;
  std::unordered_set<GitOid> blobs_;
  std::unordered_set<std::int64_t> segments_;
  std::map<Sha256, bool> nodes_;
};

}  // namespace banyan::storage
