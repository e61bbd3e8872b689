#pragma once
// One run of a RepositoryMirror, step by step. Private to repository_mirror.cc.

#include "federation/mirror/arriving_files.h"
#include "federation/mirror/file_mirror.h"
#include "federation/mirror/mirror_entry.h"
#include "federation/mirror/mirror_files.h"
#include "federation/mirror/repository_mirror.h"

namespace banyan::federation {

// Before so many bytes of objects are kept: NoSpace below the reserve of the disk; TooLarge when
// they, but for the first MiB, would not fit into the room that mirrors have. What is small may
// come all the same: a change that takes content away needs some objects, too.
Status RequireObjectRoom(const MirrorParts& parts, std::int64_t origin, std::uint64_t bytes);

// Used once, by one thread.
class MirrorRun {
 public:
  MirrorRun(const MirrorParts& parts, std::int64_t card_row, std::span<PeerSource* const> peers)
      : parts_(parts),
        card_row_(card_row),
        peers_(parts.clock, peers, parts.cancelled, parts.peer_rounds),
        fetch_(parts.database, peers_, parts.limits,
               [this](std::uint64_t bytes) { return AdmitObjects(bytes); }),
        passing_(parts.arriving, card_row),
        share_(parts.shared_room) {}

  MirrorReport Run();
  // What it worked on; nullopt: it could not be read.
  const std::optional<MirrorRow>& row() const { return row_; }

 private:
  Result<MirrorOutcome> Steps();
  Status AdmitObjects(std::uint64_t bytes);
  Status RequireSomeRoom();
  Status FetchMeta();
  Status Place();
  Result<StatedHistory> FetchHistory();
  Status FetchManifests(const StatedHistory& stated);
  Result<HeldFiles> FetchFiles(const GitRebuild::Blobs& wanted);
  Status RequireRoom(const GitRebuild::Blobs& wanted);
  Status Enter(MirrorEntry& entry);
  Status FetchMissing(const std::vector<storage::ManifestEntry>& missing, HeldFiles& held);
  Status MendOthers(storage::NodeStore& nodes, const StatedHistory& stated,
                    const GitRebuild::Blobs& wanted);
  Result<std::shared_ptr<storage::ContentSession>> OpenSession();
  Status Bring(storage::GitObjects& objects, const GitRebuild::Blobs& wanted,
               const HeldFiles& held);
  Result<storage::HistoryChange> Verify(storage::GitObjects& objects, const StatedHistory& stated,
                                        const GitRebuild::Blobs& changed);

  // A blob whose content is here, to be entered.
  struct BroughtBlob {
    storage::PendingBlob blob;
    storage::FileContent file;
  };

  const MirrorParts& parts_;
  const std::int64_t card_row_;
  MirrorPeers peers_;
  ObjectFetch fetch_;
  ArrivingFiles::Passing passing_;
  MirrorRoom::Share share_;
  MirrorReport report_;
  std::optional<MirrorRow> row_;
  MirrorName name_;
  storage::Repository repository_;
  std::map<GitOid, BroughtBlob> brought_;
};

}  // namespace banyan::federation
