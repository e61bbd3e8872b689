#include "federation/mirror/demanded_file.h"

#include <set>

#include "federation/mirror/file_mirror.h"
#include "federation/mirror/mirror_files.h"
#include "storage/history/history_change.h"
#include "storage/history/uploads.h"

namespace banyan::federation {
namespace {

using storage::Connection;
using storage::ContentSession;
using storage::ManifestEntry;
using storage::Repository;

class DemandRun {
 public:
  DemandRun(const MirrorParts& parts, std::int64_t repository, const ManifestEntry& entry,
            std::span<PeerSource* const> peers)
      : parts_(parts),
        row_(repository),
        entry_(entry),
        peers_(parts.clock, peers, parts.cancelled, parts.peer_rounds),
        share_(parts.shared_room) {}

  DemandReport Run() {
    report_.outcome = Steps();
    report_.lies = peers_.lies().list();
    return std::move(report_);
  }

 private:
  Status Steps() {
    TRY(RequireRoom());
    HeldFiles held =
        TRY(HoldKnownFiles(parts_.database, row_, {{entry_.oid, entry_}}, parts_.clock.NowMs()));
    const auto known = held.find(entry_.sha256);
    return Enter(known != held.end() ? known->second : TRY(Fetch()));
  }

  Status RequireRoom() {
    auto lease = TRY(parts_.database.Read());
    repository_ = TRY(storage::GetRepository(*lease, row_));
    const auto growth = TRY(CountGrowth(*lease, row_, {{entry_.oid, entry_}}));
    if (growth == 0) return Ok();
    TRY(storage::RequireUploadRoom(*lease, row_, growth, parts_.quota));
    Status taken = share_.Take(*lease, parts_.room, repository_.origin, growth);
    report_.is_put_off = !taken && taken.error().code() == Errc::Unavailable;
    return taken;
  }

  Result<storage::FileContent> Fetch() {
    const auto session = TRY(OpenSession({repository_.namespace_row, row_}));
    FileMirror mirror(peers_, session);
    auto content = mirror.Fetch(entry_);
    report_.fetched_bytes = mirror.figures().fetched_bytes;
    return content;
  }

  Result<std::shared_ptr<ContentSession>> OpenSession(const storage::SessionOwner& owner) {
    std::string name;
    {
      auto lease = TRY(parts_.database.Read());
      auto rows =
          lease->Query("SELECT session FROM demanded_file WHERE repository = ? AND sha256 = ?",
                       row_, entry_.sha256);
      if (rows.Next()) name = rows.Text(0);
      TRY(rows.status());
    }
    if (!name.empty()) {
      auto resumed = ContentSession::Resume(parts_.store, name, owner);
      if (resumed || resumed.error().code() != Errc::NotFound) return resumed;
    }
    auto session = TRY(ContentSession::Begin(parts_.store, parts_.random, owner));
    TRY(parts_.database.Write([&](Connection& connection) {
      return connection.Execute(
          "INSERT OR REPLACE INTO demanded_file(repository, sha256, session) VALUES(?, ?, ?)", row_,
          entry_.sha256, session->name());
    }));
    return session;
  }

  Status Enter(const storage::FileContent& content) {
    TRY(RequireStated(entry_, content));
    storage::HistoryChange change;
    {
      auto lease = TRY(parts_.database.Read());
      const auto objects = TRY(storage::GitObjects::Open(*lease, parts_.store));
      const auto blob = TRY(MakeBlob(*objects, entry_, content));
      change.objects.AddFile(content);
      change.objects.AddBlob(entry_.oid, blob);
    }
    TRY(parts_.store.Sync());
    const storage::EnterOptions options{parts_.clock.NowMs(), parts_.quota, nullptr};
    return parts_.database.Write([&](Connection& connection) -> Status {
      const auto repository = TRY(storage::GetRepository(connection, row_));
      if (repository.origin == 0 || repository.IsClosed()) {
        return Error(Errc::Conflict, "the repository is not open to all any more");
      }
      const auto before = TRY(ReadMirrorBytes(connection, parts_.room, repository.origin));
      TRY(storage::EnterChange(connection, row_, change, options));
      TRY(RequireWithinMirrorRoom(connection, parts_.room, repository.origin, before));
      TRY(DescribeAgain(connection));
      return EndDemand(connection);
    });
  }

  // Its head may say more of itself now; whoever describes heads looks for those that are behind.
  Status DescribeAgain(Connection& connection) {
    return connection.Execute("UPDATE repository SET described = NULL WHERE id = ?", row_);
  }

  Status EndDemand(Connection& connection) {
    TRY(connection.Execute(
        "DELETE FROM upload_session WHERE name IN "
        "(SELECT session FROM demanded_file WHERE repository = ?1 AND sha256 = ?2)",
        row_, entry_.sha256));
    return connection.Execute("DELETE FROM demanded_file WHERE repository = ? AND sha256 = ?", row_,
                              entry_.sha256);
  }

  const MirrorParts& parts_;
  const std::int64_t row_;
  const ManifestEntry& entry_;
  Repository repository_;
  MirrorPeers peers_;
  MirrorRoom::Share share_;
  DemandReport report_;
};

}  // namespace

DemandReport FetchDemanded(const MirrorParts& parts, std::int64_t repository,
                           const ManifestEntry& entry, std::span<PeerSource* const> peers) {
  return DemandRun(parts, repository, entry, peers).Run();
}

Result<std::map<Sha256, ManifestEntry>> ListStated(Connection& connection,
                                                   storage::NodeStore& nodes,
                                                   std::int64_t repository) {
  std::set<Sha256> manifests;
  for (const auto& ref : TRY(storage::ListRefs(connection, repository))) {
    const auto revision = TRY(storage::FindRevision(connection, repository, ref.commit));
    if (revision) manifests.insert(revision->manifest);
  }
  std::map<Sha256, ManifestEntry> stated;
  for (const auto& manifest : manifests) {
    TRY(storage::WalkManifest(nodes, manifest, "",
                              [&](const std::string&, const ManifestEntry& entry) -> Status {
                                if (!entry.IsSubmodule()) stated.emplace(entry.sha256, entry);
                                return Ok();
                              }));
  }
  return stated;
}

}  // namespace banyan::federation
