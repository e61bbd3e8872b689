#pragma once
// The content of one file of a mirrored repository, into the content store.
//
//   held, or open to all here ─▶ nothing to do, if it is as the manifest says
//   else: chunk list, proven ─▶ of each section what is lacking ─▶ assembled, SHA-256 computed
//
// Peers are blamed for what they send, never for what the origin stated: when every chunk is as the
// file hash says and yet the SHA-256 is not the manifest's, the origin lied, and no peer did.

#include "federation/mirror/mirror_peers.h"
#include "storage/content/content_session.h"
#include "storage/history/manifest.h"

namespace banyan::federation {

struct FileFigures {
  std::uint64_t files = 0;  // that were fetched
  std::uint64_t fetched_bytes = 0;
  std::uint64_t reused_bytes = 0;  // content that was here
};

// Corrupt unless the content is what the entry states: else the origin's manifest lies.
Status RequireStated(const storage::ManifestEntry& entry, const storage::FileContent& content);

// Used by one thread. Borrows all.
class FileMirror {
 public:
  FileMirror(MirrorPeers& peers, storage::ContentSession& session)
      : peers_(peers), session_(session) {}

  // Fetches what is lacking; the file is the session's repository's then, as an upload. Corrupt:
  // the origin lied.
  Result<storage::FileContent> Fetch(const storage::ManifestEntry& entry);
  const FileFigures& figures() const { return figures_; }

 private:
  Status FetchPayloads(const FileHash& file, const std::vector<storage::ChunkList>& sections);

  MirrorPeers& peers_;
  storage::ContentSession& session_;
  FileFigures figures_;
};

}  // namespace banyan::federation
