#pragma once
// Rebuilds the commits, trees and tags of a repository bit for bit from what its card states: the
// commit tree and the manifests that it names. A commit's tree is made from its manifest, from that
// of its first parent on, and must have the id that the commit names. No content is needed.
//
//   refs ─▶ tags, commits, parents first ─▶ for each that is no revision here yet:
//              manifest against that of its parent ─▶ changed folders ─▶ tree id = commit's tree

#include "federation/mirror/stated_history.h"

namespace banyan::federation {

// Files that differ between a commit and its first parent.
struct RebuildLimits {
  std::uint64_t of_commit = 2'000'000;  // these are in memory at once
  std::uint64_t of_all = 32'000'000;    // of all new commits together
  std::uint64_t blobs = 8'000'000;      // different ones
};

// Used by one thread. Borrows all; `nodes` has the manifests, `objects` the commits. What is built
// is pending in `objects`.
class GitRebuild {
 public:
  GitRebuild(storage::GitObjects& objects, storage::NodeStore& nodes, std::int64_t repository,
             const StatedHistory& stated, const RebuildLimits& limits = {})
      : objects_(objects),
        nodes_(nodes),
        repository_(repository),
        stated_(stated),
        limits_(limits) {}

  // Corrupt when the origin contradicts itself: a parent, or what a tag names, is not stated; a
  // commit is stated that no ref reaches; a revision here has another manifest; one git blob
  // stands for two contents. Invalid for what a manifest cannot tell (a tree with an empty folder)
  // and for paths that no repository here may have; it names the commit. TooLarge past the limits.
  Status Run();

  // Every blob that differs between a new commit and its first parent, as the manifests state it.
  using Blobs = std::map<GitOid, storage::ManifestEntry>;
  const Blobs& blobs() const { return blobs_; }

 private:
  Status Reach(const GitOid& tip);
  Result<Bytes> ReadBody(const GitOid& oid, const CommitTreeEntry& entry);
  Status Build(const GitOid& oid, const CommitTreeEntry& entry, const Bytes& body);
  Result<GitOid> BuildTree(const CommitTreeEntry& entry, const std::vector<GitOid>& parents);
  Status CountChange(std::uint64_t of_commit);

  storage::GitObjects& objects_;
  storage::NodeStore& nodes_;
  const std::int64_t repository_;
  const StatedHistory& stated_;
  const RebuildLimits limits_;
  std::uint64_t changes_ = 0;
  std::set<GitOid> reached_;
  Blobs blobs_;
};

// Adds what a manifest states of a blob; Corrupt when another stated something else of it.
Status AddBlob(GitRebuild::Blobs& blobs, const storage::ManifestEntry& entry);

}  // namespace banyan::federation
