#include "federation/mirror/repository_mirror.h"

#include "federation/mirror/mirror_files.h"
#include "federation/mirror/mirror_run.h"
#include "federation/mirror/run_nodes.h"
#include "federation/mirror/wanted_files.h"
#include "storage/base/logging.h"
#include "storage/history/uploads.h"

namespace banyan::federation {
namespace {

using storage::Connection;

Result<MirrorMeasure> MeasureBlobs(Connection& connection, const MirrorIdentity& identity,
                                   const GitRebuild::Blobs& blobs) {
  const auto here = TRY(FindMirrored(connection, identity));
  GitRebuild::Blobs missing;
  for (const auto& [oid, entry] : blobs) {
    const auto file = TRY(storage::FindUsableFile(connection, here ? here->row : 0, entry.sha256));
    if (!file || file->is_damaged) missing.emplace(oid, entry);
  }
  const auto all = CountContents(blobs);
  const auto lacking = CountContents(missing);
  return MirrorMeasure{all.files, all.bytes, lacking.files, lacking.bytes};
}

}  // namespace

MirrorReport RepositoryMirror::Run(std::int64_t card_row, std::span<PeerSource* const> peers) {
  MirrorRun run(parts_, card_row, peers);
  MirrorReport report = run.Run();
  if (report.outcome) return report;
  const Errc code = report.outcome.error().code();
  if (code == Errc::Cancelled || code == Errc::Conflict) return report;
  const Status noted = parts_.database.Write([&](Connection& connection) -> Status {
    if (run.row()) TRY(RequireLatest(connection, *run.row()));
    const auto note = report.is_put_off ? NotePutOff : NoteFailure;
    return note(connection, card_row, report.outcome.error().message(), parts_.clock.NowMs());
  });
  if (!noted && noted.error().code() == Errc::Conflict) {
    report.outcome = noted.error();
  } else if (!noted) {
    log::Warning("mirror", "event=failure_not_noted card={} error=\"{}\"", card_row,
                 noted.error().message());
  }
  return report;
}

Result<MirrorMeasure> RepositoryMirror::Measure(std::int64_t card_row,
                                                std::span<PeerSource* const> peers) {
  auto lease = TRY(parts_.database.Read());
  const auto row = TRY(ReadMirrorRow(*lease, card_row));
  if (!row.card.content || row.card.access != CardAccess::Open) return MirrorMeasure();
  TRY(RequireObjectRoom(parts_, row.identity.origin, 0));
  MirrorPeers asked(parts_.clock, peers, parts_.cancelled, parts_.peer_rounds);
  ObjectFetch fetch(parts_.database, asked, parts_.limits, [&](std::uint64_t bytes) {
    return RequireObjectRoom(parts_, row.identity.origin, bytes);
  });
  TRY(fetch.FetchTrees({row.card.content->refs, row.card.content->commits}, kMaxStatedCommits));
  RunNodes nodes(*lease, asked);
  const auto stated = TRY(ReadStatedHistory(nodes, *row.card.content));
  const auto selection = TRY(ContentSelection::Parse(row.selected));
  if (selection.history == ContentSelection::History::All && !selection.refs.empty()) {
    TRY(FetchCommits(fetch, parts_.database, parts_.store, stated, parts_.clock.NowMs()));
  }
  const auto objects = TRY(storage::GitObjects::Open(*lease, parts_.store));
  const auto manifests = TRY(SelectManifests(*objects, stated, selection));
  std::vector<Sha256> roots(manifests.begin(), manifests.end());
  roots.push_back(row.card.content->manifest);
  TRY(fetch.FetchTrees(std::move(roots)));
  return MeasureBlobs(*lease, row.identity,
                      TRY(ListWanted(nodes, row.card, manifests, selection, {})));
}

}  // namespace banyan::federation
