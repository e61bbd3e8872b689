#include "cli/transfer/remote_manifest.h"

namespace banyan::cli {

Result<std::vector<PullFile>> ListManifest(federation::ContentSource& content, const Sha256& root) {
  RemoteManifest nodes([&](const Sha256& id) { return content.FetchObject(root, id); });
  std::vector<PullFile> files;
  TRY(storage::WalkManifest(
      nodes, root, "", [&](const std::string& path, const storage::ManifestEntry& entry) -> Status {
        if (entry.IsSubmodule()) return Ok();
        TRY(storage::ValidatePath(path).Context("the manifest names an unsafe path"));
        files.push_back({path, entry});
        return Ok();
      }));
  return files;
}

}  // namespace banyan::cli
