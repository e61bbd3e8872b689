#pragma once
// The manifest of a revision, read from one node.

#include <vector>

#include "cli/pull_target.h"
#include "cli/remote_content.h"
#include "storage/manifest.h"

namespace banyan::cli {

// The nodes of the tree under `root`; whoever reads the tree checks their digests. Read only.
class RemoteManifest final : public storage::NodeStore {
 public:
  // Borrows `content`.
  RemoteManifest(RemoteContent& content, const Sha256& root) : content_(content), root_(root) {}
  Result<Bytes> Load(const Sha256& id) override { return content_.FetchObject(root_, id); }
  Status Store(const Sha256&, Bytes) override {
    return Error(Errc::Invalid, "a remote manifest cannot be changed");
  }

 private:
  RemoteContent& content_;
  const Sha256 root_;
};

// All files of the revision in path order, without submodules. Corrupt when the node lies about the
// tree, Invalid when it names a path that must not be followed.
Result<std::vector<PullFile>> ListManifest(RemoteContent& content, const Sha256& root);

}  // namespace banyan::cli
