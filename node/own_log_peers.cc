// What peers hold of the own log, and what follows from it (federation/PROTOCOL.md section 6).

#include <algorithm>

#include "federation/origin_rows.h"
#include "federation/own/next_epoch.h"
#include "federation/own/other_history.h"
#include "node/own_log.h"

namespace banyan::node {
namespace {

constexpr std::int64_t kPatienceMs = 10'000;
// So that another copy of this node, if it still runs, goes first (PROTOCOL.md section 6).
constexpr std::int64_t kDisputePatienceMs = 300'000;

using federation::OwnOrigin;
using federation::PeerView;

}  // namespace

Result<OwnOrigin> OwnLog::AskFirst(OwnOrigin origin) {
  asks_ = false;
  const auto peers = TRY(parts_.peers());
  if (peers.empty()) return origin;
  std::vector<std::uint64_t> common;  // to each fork of this epoch
  std::vector<Behind> behind;
  std::uint64_t taken = 0;
  Status unsettled;  // a peer showed something signed, and does not go on answering
  for (const auto& [peer, page] : asker_.Ask(peers, federation::EpochsPath(origin.node),
                                             federation::kMaxEpochsBytes, kPatienceMs)) {
    if (!page) continue;  // it does not answer, or holds nothing of this log
    const auto view =
        federation::CompareWithPeer(parts_.database, origin, *peer, *page, parts_.clock.NowMs());
    if (!view) {
      unsettled = Error(view.error()).Context("asking " + peer->Name());
      continue;
    }
    if (!view->problem.empty()) {
      log::Warning("federation", "event=own_log_shown_wrong peer={} error=\"{}\"", peer->Name(),
                   view->problem);
    }
    was_shown_ = was_shown_ || view->kind != PeerView::Kind::Nothing;
    taken += view->taken;
    if (view->kind == PeerView::Kind::Forked) common.push_back(view->common);
    if (view->behind) behind.push_back({peer, *view->behind});
    if (view->taken == 0) continue;
    log::Warning("federation", "event=own_log_taken peer={} entries={}", peer->Name(), view->taken);
    auto now = TRY(OpenOrigin());
    if (now.log.epoch != origin.log.epoch) {  // somebody repaired it
      common.clear();
      behind.clear();
    }
    origin = std::move(now);
  }
  if (!unsettled) asks_ = true;  // again
  TRY(std::move(unsettled));
  const auto disputes = TRY(FindDisputes(origin, behind));
  if (!common.empty() || IsDisputeDue()) {
    common.insert(common.end(), disputes.begin(), disputes.end());
  }
  const bool is_forked = !common.empty();
  if (is_forked) {
    TRY(Repair(origin, *std::ranges::min_element(common)));
    origin = TRY(OpenOrigin());
  }
  if (is_forked || taken > 0) TRY(TakeUp(origin.log));
  return origin;
}

// A peer that agrees with what is here may have seen another copy. The one that it contradicts
// repairs at once; when none does for some minutes, there is none left, and this one repairs.
Result<std::vector<std::uint64_t>> OwnLog::FindDisputes(const OwnOrigin& origin,
                                                        const std::vector<Behind>& behind) {
  std::vector<std::uint64_t> disputes;
  std::vector<AskPeers::Source> peers;
  for (const auto& each : behind) peers.push_back(each.peer);
  const auto path = federation::EvidencePath({origin.node, origin.log.epoch});
  const auto answers = asker_.Ask(peers, path, federation::kMaxEvidenceBytes, kPatienceMs);
  auto lease = TRY(parts_.database.Read());
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (!answers[i].body) continue;  // most often it has none
    const auto other = TRY(federation::FindOtherHistory(*lease, origin, *answers[i].body));
    if (other) disputes.push_back(behind[i].size);
  }
  if (disputes.empty()) disputed_ms_.reset();
  if (!disputes.empty() && !disputed_ms_) disputed_ms_ = parts_.clock.MonotonicMs();
  return disputes;
}

bool OwnLog::IsDisputeDue() const {
  return disputed_ms_ && parts_.clock.MonotonicMs() - *disputed_ms_ >= kDisputePatienceMs;
}

Status OwnLog::Repair(const OwnOrigin& origin, std::uint64_t common) {
  if (common == 0) {
    return Error(Errc::Conflict,
                 "another copy of this node began an epoch of the log in another way, and a peer "
                 "has it: nothing is signed here. Keep one of the copies, and end the other");
  }
  federation::NextEpoch next{
      {origin.keys.public_keys(), {}, {}}, common, federation::OpenReason::Fork};
  {
    auto lease = TRY(parts_.database.Read());
    next.keys = TRY(seeds_.Prepare(TRY(federation::StatedKeys(*lease, origin.log))));
  }
  TRY(federation::OpenNextEpoch(parts_.database, origin, next, parts_.clock.NowMs()));
  log::Warning("federation", "event=log_repaired epoch={} common={}", origin.log.epoch + 1, common);
  return Ok();
}

}  // namespace banyan::node
