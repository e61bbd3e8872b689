#pragma once
// The content of files of a mirrored repository, into the content store.
//
//   small ─▶ many in one answer (small_files.h)
//   other ─▶ chunk list, proven ─▶ of each section what is lacking (swarm.h) ─▶ assembled, SHA-256
//            computed; a few files at once
//
// Peers are blamed for what they send, never for what the origin stated: when every chunk is as the
// file hash says and yet the SHA-256 is not the manifest's, the origin lied, and no peer did.

#include "federation/mirror/mirror_peers.h"
#include "federation/mirror/stated_file.h"
#include "federation/mirror/swarm.h"

namespace banyan::federation {

struct FileFigures {
  std::uint64_t files = 0;  // that were fetched
  std::uint64_t fetched_bytes = 0;
  std::uint64_t reused_bytes = 0;  // content that was here
};

// Takes what others may have of a file while it arrives, and then of what it became.
using PassOn = std::function<void(const FileHash& file,
                                  std::shared_ptr<const storage::SectionedFile> as_far_as_here)>;

// Used by one thread. Borrows all but the session.
class FileMirror {
 public:
  FileMirror(const MirrorPeers& peers, std::shared_ptr<storage::ContentSession> session,
             PassOn pass_on = nullptr)
      : peers_(peers), session_(std::move(session)), pass_on_(std::move(pass_on)) {}

  // Fetches what is lacking of each file, which is the session's repository's then, as an upload.
  // `take` gets them as they are done, one at a time, from several threads. Corrupt: the origin
  // lied. After an error the files that were not begun are left.
  Status FetchAll(std::span<const storage::ManifestEntry> files, const TakeFile& take);
  Result<storage::FileContent> Fetch(const storage::ManifestEntry& entry);
  const FileFigures& figures() const { return figures_; }

 private:
  using Entries = std::vector<storage::ManifestEntry>;
  Status FetchSmall(const Entries& files, const TakeFile& take, Entries& left);
  Status FetchLarge(const Entries& files, const TakeFile& take);
  void PassOnWhole(const storage::FileContent& content);
  Result<storage::FileContent> FetchOne(MirrorPeers& peers, Swarm& swarm,
                                        const storage::ManifestEntry& entry);

  const MirrorPeers& peers_;
  const std::shared_ptr<storage::ContentSession> session_;
  const PassOn pass_on_;  // from several threads
  FileFigures figures_;
};

}  // namespace banyan::federation
