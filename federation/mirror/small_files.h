#pragma once
// Small files, many in one answer, and many made in one transaction: a request for each would cost
// more than their bytes. Known chunks are asked for again here: of one or two, in a file that is
// not known.

#include "federation/mirror/mirror_peers.h"
#include "federation/mirror/stated_file.h"
#include "federation/transfer/small_file.h"
#include "storage/content/content_session.h"

namespace banyan::federation {

// Used by one thread. Borrows all.
class SmallFiles {
 public:
  SmallFiles(const MirrorPeers& peers, storage::ContentSession& session)
      : peers_(peers), session_(session) {}

  // None larger than kSmallFileBytes. A few answers at once, each at most 9 MiB. `take` and errors
  // as FileMirror::FetchAll.
  Status Fetch(std::span<const storage::ManifestEntry> files, const TakeFile& take)
      EXCLUDES(mutex_);
  // Those that no peer gave.
  std::vector<storage::ManifestEntry> absent() const EXCLUDES(mutex_);
  std::uint64_t files() const EXCLUDES(mutex_);
  std::uint64_t fetched_bytes() const EXCLUDES(mutex_);

 private:
  using Entries = std::vector<storage::ManifestEntry>;
  struct Came {
    storage::ManifestEntry entry;
    SmallFile file;
    bool is_put = false;
  };
  Status FetchGroup(MirrorPeers& peers, Entries wanted, const TakeFile& take);
  Status Ask(MirrorPeers& peers, PeerSource& peer, Entries& wanted, Entries& absent,
             const TakeFile& take);
  enum class Sent { Right, Wrong };  // Wrong: another chunk than one of these
  Result<Sent> Keep(std::vector<Came>& came, const TakeFile& take);
  Result<Sent> PutGood(std::vector<Came>& came);
  Result<Sent> Put(std::span<Came> came);
  Status Make(std::span<const Came> came, const TakeFile& take);

  const MirrorPeers& peers_;
  storage::ContentSession& session_;
  mutable Mutex mutex_;
  Entries absent_ GUARDED_BY(mutex_);
  std::uint64_t files_ GUARDED_BY(mutex_) = 0;
  std::uint64_t fetched_bytes_ GUARDED_BY(mutex_) = 0;
};

}  // namespace banyan::federation
