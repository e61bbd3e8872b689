#include "federation/mirror/mirror_run.h"

#include "federation/card_meta.h"
#include "federation/mirror/run_nodes.h"
#include "federation/mirror/wanted_files.h"
#include "storage/base/json.h"
#include "storage/base/logging.h"
#include "storage/history/uploads.h"

namespace banyan::federation {
namespace {

using storage::Connection;
using storage::ManifestEntry;

// Of one commit: whoever is followed may have more than can be pushed at once.
constexpr std::uint64_t kMostChanges = 2'000'000;
constexpr std::uint64_t kFreeObjectBytes = 1u << 20;

// Those of `blobs` whose content is not among `held`, each content once.
std::vector<ManifestEntry> ListMissing(const GitRebuild::Blobs& blobs, const HeldFiles& held) {
  std::map<Sha256, ManifestEntry> missing;
  for (const auto& [oid, entry] : blobs) {
    if (!held.contains(entry.sha256)) missing.emplace(entry.sha256, entry);
  }
  std::vector<ManifestEntry> list;
  for (const auto& [sha256, entry] : missing) list.push_back(entry);
  return list;
}

}  // namespace

Status RequireObjectRoom(const MirrorParts& parts, std::int64_t origin, std::uint64_t bytes) {
  TRY(parts.store.RequireRoom(0));
  if (bytes <= kFreeObjectBytes) return Ok();
  auto lease = TRY(parts.database.Read());
  return RequireMirrorRoom(*lease, parts.room, origin, {bytes, bytes});
}

MirrorReport MirrorRun::Run() {
  report_.outcome = Steps();
  report_.object_bytes = fetch_.fetched_bytes();
  report_.lies = peers_.lies().list();
  return std::move(report_);
}

Result<MirrorOutcome> MirrorRun::Steps() {
  auto lease = TRY(parts_.database.Read());
  row_ = TRY(ReadMirrorRow(*lease, card_row_));
  if (!row_->card.content) return MirrorOutcome::NoContent;
  if (row_->served == row_->leaf && row_->taken == row_->selected) return MirrorOutcome::UpToDate;
  TRY(AdmitObjects(0));
  TRY(FetchMeta());
  TRY(Place());
  TRY(RequireSomeRoom());
  const StatedHistory stated = TRY(FetchHistory());
  const auto objects = TRY(storage::GitObjects::Open(*lease, parts_.store));
  RunNodes nodes(*lease, peers_);
  GitRebuild rebuild(*objects, nodes, repository_.row, stated);
  TRY(rebuild.Run());
  const auto selection = TRY(ContentSelection::Parse(row_->selected));
  const auto manifests = TRY(SelectManifests(*objects, stated, selection));
  const auto wanted = TRY(ListWanted(nodes, row_->card, manifests, selection, rebuild.blobs()));
  const auto held = TRY(FetchFiles(wanted));
  if (row_->card.access == CardAccess::Open) TRY(MendOthers(nodes, stated, wanted));
  TRY(Bring(*objects, wanted, held));
  MirrorEntry entry{*row_, name_, stated, {}};
  entry.change = TRY(Verify(*objects, stated, rebuild.blobs()));
  TRY(Enter(entry));
  return MirrorOutcome::Mirrored;
}

// Others were entered since the room was asked for.
Status MirrorRun::Enter(MirrorEntry& entry) {
  TRY(parts_.store.Sync());
  const storage::EnterOptions options{parts_.clock.NowMs(), parts_.quota, nullptr};
  const auto origin = row_->identity.origin;
  return parts_.database.Write([&](Connection& connection) -> Status {
    const auto before = TRY(ReadMirrorBytes(connection, parts_.room, origin));
    TRY(EnterMirror(connection, parts_.store, parts_.random, entry, options));
    return RequireWithinMirrorRoom(connection, parts_.room, origin, before);
  });
}

Status MirrorRun::AdmitObjects(std::uint64_t bytes) {
  TRY(RequireObjectRoom(parts_, row_->identity.origin, bytes));
  if (bytes <= kFreeObjectBytes || repository_.row == 0) return Ok();
  auto lease = TRY(parts_.database.Read());
  return storage::RequireUploadRoom(*lease, repository_.row, bytes, parts_.quota);
}

// A first copy of something is not begun where nothing more fits. What it grows by is known later,
// when its trees are here.
Status MirrorRun::RequireSomeRoom() {
  if (row_->served || row_->card.content->bytes == 0) return Ok();
  auto lease = TRY(parts_.database.Read());
  TRY(storage::RequireUploadRoom(*lease, repository_.row, 1, parts_.quota));
  return RequireMirrorRoom(*lease, parts_.room, row_->identity.origin, {1, 1});
}

Status MirrorRun::FetchMeta() {
  const auto& stated = row_->card.meta;
  if (!stated) return Error(Errc::Invalid, "the card does not say what the repository is called");
  if (HashSha256(row_->meta) != *stated) {
    TRY(fetch_.FetchObjects({*stated}, [&](std::vector<FetchedObject> objects) -> Status {
      for (auto& object : objects) row_->meta = std::move(object.bytes);
      return Ok();
    }));
    TRY(OpenMeta(row_->meta));
    TRY(parts_.database.Write(
        [&](Connection& connection) { return KeepMeta(connection, *row_, row_->meta); }));
  }
  name_ = TRY(ReadMirrorName(row_->meta));
  return Ok();
}

// What is here already is renamed with the rest, in the last transaction.
Status MirrorRun::Place() {
  return parts_.database.Write([&](Connection& connection) -> Status {
    const auto here = TRY(FindMirrored(connection, row_->identity));
    const auto now_ms = parts_.clock.NowMs();
    repository_ =
        here ? *here : TRY(PlaceMirror(connection, parts_.random, row_->identity, name_, now_ms));
    return Ok();
  });
}

Result<StatedHistory> MirrorRun::FetchHistory() {
  const CardContent& content = *row_->card.content;
  TRY(fetch_.FetchTrees({content.refs, content.commits}, kMaxStatedCommits));
  auto lease = TRY(parts_.database.Read());
  RunNodes nodes(*lease, peers_);
  auto stated = TRY(ReadStatedHistory(nodes, content));
  TRY(FetchManifests(stated));
  TRY(FetchCommits(fetch_, parts_.database, parts_.store, stated, parts_.clock.NowMs()));
  return stated;
}

// The manifests of revisions are here.
Status MirrorRun::FetchManifests(const StatedHistory& stated) {
  std::set<Sha256> manifests;
  {
    auto lease = TRY(parts_.database.Read());
    for (const auto& [oid, entry] : stated.commits) {
      if (!entry.manifest) continue;
      const auto revision = TRY(storage::FindRevision(*lease, repository_.row, oid));
      if (!revision) manifests.insert(*entry.manifest);
    }
  }
  return fetch_.FetchTrees({manifests.begin(), manifests.end()});
}

Result<HeldFiles> MirrorRun::FetchFiles(const GitRebuild::Blobs& wanted) {
  TRY(RequireRoom(wanted));
  auto held = TRY(HoldKnownFiles(parts_.database, repository_.row, wanted, parts_.clock.NowMs()));
  const auto totals = CountContents(wanted);
  report_.files = totals.files;
  report_.bytes = totals.bytes;
  const auto missing = ListMissing(wanted, held);
  if (!missing.empty()) TRY(FetchMissing(missing, held));
  return held;
}

// Both limits are of logical bytes: what is known already counts as what is to be fetched.
Status MirrorRun::RequireRoom(const GitRebuild::Blobs& wanted) {
  auto lease = TRY(parts_.database.Read());
  const auto growth = TRY(CountGrowth(*lease, repository_.row, wanted));
  if (growth == 0) return Ok();
  TRY(storage::RequireUploadRoom(*lease, repository_.row, growth, parts_.quota));
  Status taken = share_.Take(*lease, parts_.room, row_->identity.origin, growth);
  report_.is_put_off = !taken && taken.error().code() == Errc::Unavailable;
  return taken;
}

Status MirrorRun::FetchMissing(const std::vector<ManifestEntry>& missing, HeldFiles& held) {
  std::uint64_t missing_bytes = 0;
  for (const auto& entry : missing) missing_bytes += entry.size_bytes;
  report_.reused_bytes = report_.bytes - missing_bytes;
  const auto session = TRY(OpenSession());
  FileMirror mirror(peers_, session, [&](const FileHash& hash, ArrivingFiles::FilePtr file) {
    passing_.Set(row_->leaf, hash, std::move(file));
  });
  const Status fetched = mirror.FetchAll(
      missing, [&](const ManifestEntry& entry, const storage::FileContent& content) {
        held.emplace(entry.sha256, content);
      });
  report_.fetched_files = mirror.figures().files;
  report_.fetched_bytes = mirror.figures().fetched_bytes;
  return fetched;
}

// Of what is damaged and not wanted now, such as files of older revisions, as much as peers have:
// the state of the card does not need it. The next scrub has it tried again.
Status MirrorRun::MendOthers(storage::NodeStore& nodes, const StatedHistory& stated,
                             const GitRebuild::Blobs& wanted) {
  std::vector<ManifestEntry> damaged;
  {
    auto lease = TRY(parts_.database.Read());
    damaged = TRY(ListDamaged(*lease, nodes, repository_.row, stated, wanted));
  }
  if (damaged.empty()) return Ok();
  const auto session = TRY(OpenSession());
  FileMirror mirror(peers_, session);
  for (const auto& entry : damaged) {
    const auto content = mirror.Fetch(entry);
    if (content) continue;
    if (content.error().code() == Errc::Cancelled) return content.error();
    log::Warning("mirror", "event=not_mended file={} error=\"{}\"", entry.sha256.Short(),
                 content.error().message());
  }
  report_.fetched_files += mirror.figures().files;
  report_.fetched_bytes += mirror.figures().fetched_bytes;
  return Ok();
}

Result<std::shared_ptr<storage::ContentSession>> MirrorRun::OpenSession() {
  const storage::SessionOwner owner{repository_.namespace_row, repository_.row};
  if (!row_->session.empty()) {
    auto resumed = storage::ContentSession::Resume(parts_.store, row_->session, owner);
    if (resumed || resumed.error().code() != Errc::NotFound) return resumed;
  }
  auto session = TRY(storage::ContentSession::Begin(parts_.store, parts_.random, owner));
  row_->session = session->name();
  TRY(parts_.database.Write(
      [&](Connection& connection) { return KeepSession(connection, *row_, session->name()); }));
  return session;
}

Status MirrorRun::Bring(storage::GitObjects& objects, const GitRebuild::Blobs& wanted,
                        const HeldFiles& held) {
  for (const auto& [oid, entry] : wanted) {
    const auto& file = held.at(entry.sha256);
    TRY(RequireStated(entry, file));
    const auto blob = TRY(MakeBlob(objects, entry, file));
    objects.pending().AddFile(file);
    objects.pending().AddBlob(oid, blob);
    brought_.emplace(oid, BroughtBlob{blob, file});
  }
  return Ok();
}

Result<storage::HistoryChange> MirrorRun::Verify(storage::GitObjects& objects,
                                                 const StatedHistory& stated,
                                                 const GitRebuild::Blobs& changed) {
  storage::ReceiveOptions options;
  options.mirrored = true;
  options.go_on = [this] { return peers_.RequireGoingOn(); };
  options.most_changes = kMostChanges + 2 * changed.size();
  options.absent_file = [&](const std::string&, const storage::TreeEntry& file) {
    std::optional<ManifestEntry> absent;
    const auto found = changed.find(file.oid);
    if (found != changed.end() && !brought_.contains(file.oid)) {
      absent = found->second;
      absent->mode = file.mode;
    }
    return Result<std::optional<ManifestEntry>>(std::move(absent));
  };
  const auto moves = TRY(ListMoves(objects.connection(), repository_.row, stated));
  auto change = TRY(storage::VerifyReceived(objects, repository_.row, moves, options));
  for (const auto& revision : change.revisions) {
    if (stated.commits.at(revision.commit).manifest == revision.manifest) continue;
    return OriginContradicts("commit " + revision.commit.ToString() + " has another manifest");
  }
  // What a head has and no new commit changed, too: it may have been absent so far.
  for (const auto& [oid, brought] : brought_) {
    change.objects.AddFile(brought.file);
    change.objects.AddBlob(oid, brought.blob);
  }
  return change;
}

}  // namespace banyan::federation
