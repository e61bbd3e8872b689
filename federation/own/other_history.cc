#include "federation/own/other_history.h"

#include "federation/follow/followed_log.h"
#include "federation/origin_rows.h"

namespace banyan::federation {

Result<std::optional<LogState>> FindOtherHistory(storage::Connection& connection,
                                                 const OwnOrigin& origin, ByteView answer) {
  std::optional<LogState> other;
  const auto evidence = ForkEvidence::Parse(AsText(answer));
  const auto head = TRY(FindHead(connection, origin.log));
  if (!evidence || !head) return other;
  const auto keys = TRY(StatedKeys(connection, origin.log));
  for (const auto& note : {evidence->first, evidence->second}) {
    const auto shown = VerifyHead({origin.node, origin.log.epoch}, keys, note);
    if (!shown || shown->size > head->frontier.size()) continue;
    const auto here = TRY(ReadFrontier(connection, origin.log, shown->size)).Root();
    if (here != shown->root) other = *shown;
  }
  return other;
}

}  // namespace banyan::federation
