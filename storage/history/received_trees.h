#pragma once
// Judges the trees and blobs of received history on behalf of one repository: are they sent or
// the repository's own, are their names legal, are pointers backed by files. Private to
// received_history.cc.

#include <set>

#include "storage/history/history_mark.h"
#include "storage/history/manifest_source.h"
#include "storage/history/received_history.h"
#include "storage/history/weight_check.h"

namespace banyan::storage {

// "<what> <oid> is missing: ...", the same for what does not exist and what others hold.
Error NotReceived(std::string_view what, const GitOid& oid);

// Used by one thread: Begin, then a comparison of trees, for each commit.
class ReceivedTrees : public TreeVisitor {
 public:
  ReceivedTrees(GitObjects& objects, std::int64_t repository, const ReceiveOptions& options)
      : objects_(objects),
        repository_(repository),
        options_(options),
        most_changes_(options.most_changes + kChangesByTree * objects.pending().objects().size() +
                      kChangesByBlob * objects.pending().blobs().size()),
        changes_left_(most_changes_) {}

  // The trees from now on are of a commit whose parents have these manifests, readable through
  // `nodes`.
  void Begin(NodeStore& nodes, std::vector<Sha256> parents) {
    commit_bytes_ = 0;
    if (options_.mirrored) changes_left_ = most_changes_;
    weights_.emplace(objects_.store(), nodes, std::move(parents));
  }
  // Which received objects are needed.
  void Need(const GitOid& oid) { needed_.insert(oid); }
  const std::set<GitOid>& needed() const { return needed_; }

  Status Tree(const std::string& folder, const GitOid& tree) override;
  Status Removed(const std::string& path) override;
  Status Entries(const std::string& folder, const std::vector<TreeEntry>& before,
                 const std::vector<TreeEntry>& after) override;
  Result<ManifestEntry> File(GitObjects& objects, const std::string& path,
                             const TreeEntry& entry) override;

 private:
  static constexpr std::uint64_t kChangesByTree = 16;
  static constexpr std::uint64_t kChangesByBlob = 2;

  Status CountChange(const std::string& path);
  Status OwnsTree(const GitOid& tree, const std::string& folder);
  Status OwnsBlob(const std::string& path, const GitOid& oid);
  Status CheckLink(const std::string& path, const GitOid& oid);
  Status CheckWeights(const std::string& path, const GitOid& oid);
  Status CheckReceived(const std::string& path, const GitOid& oid);
  Status ResolvePointer(const std::string& path, const GitOid& oid, const LfsPointer& pointer);

  GitObjects& objects_;
  const std::int64_t repository_;
  const ReceiveOptions& options_;
  const std::uint64_t most_changes_;
  std::uint64_t changes_left_;
  std::uint64_t commit_bytes_ = 0;  // of the changes of one commit, which wait in memory
  std::set<GitOid> needed_;
  std::optional<HistoryMark> own_;  // filled when first asked
  std::optional<WeightCheck> weights_;
};

}  // namespace banyan::storage
