#pragma once
// The manifest of a revision, read from nodes.

#include <functional>
#include <utility>
#include <vector>

#include "cli/transfer/pull_target.h"
#include "cli/transfer/remote_content.h"
#include "storage/history/manifest.h"

namespace banyan::cli {

// The nodes of a tree, from wherever `fetch` gets them; whoever reads the tree checks their
// digests. Read only.
class RemoteManifest final : public storage::NodeStore {
 public:
  using Fetch = std::function<Result<Bytes>(const Sha256& id)>;
  explicit RemoteManifest(Fetch fetch) : fetch_(std::move(fetch)) {}
  Result<Bytes> Load(const Sha256& id) override { return fetch_(id); }
  Status Store(const Sha256&, Bytes) override {
    return Error(Errc::Invalid, "a remote manifest cannot be changed");
  }

 private:
  const Fetch fetch_;
};

// All files of the revision in path order, without submodules. Corrupt when the node lies about the
// tree, Invalid when it names a path that must not be followed.
Result<std::vector<PullFile>> ListManifest(federation::ContentSource& content, const Sha256& root);

}  // namespace banyan::cli
