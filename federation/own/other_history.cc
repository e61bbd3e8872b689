#include "federation/own/other_history.h"

namespace banyan::federation {

Result<std::optional<LogState>> FindOtherHistory(storage::Database& database,
                                                 const FollowedLog& own, PeerSource& peer) {
  std::optional<LogState> other;
  const auto bytes = peer.Get(EvidencePath(own.name), kMaxEvidenceBytes);
  if (!bytes) return other;  // most often there is none
  const auto evidence = ForkEvidence::Parse(AsText(*bytes));
  if (!evidence) return other;
  auto lease = TRY(database.Read());
  const auto head = TRY(FindHead(*lease, own.log));
  if (!head) return other;
  for (const auto& note : {evidence->first, evidence->second}) {
    const auto shown = VerifyHead(own.name, *own.keys, note);
    if (!shown || shown->size > head->frontier.size()) continue;
    const auto here = TRY(ReadFrontier(*lease, own.log, shown->size)).Root();
    if (here != shown->root) other = *shown;
  }
  return other;
}

}  // namespace banyan::federation
