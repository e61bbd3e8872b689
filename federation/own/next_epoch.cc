#include "federation/own/next_epoch.h"

#include "federation/follow/log_rollback.h"
#include "federation/format/checkpoint.h"
#include "federation/format/note.h"
#include "federation/head_rows.h"
#include "federation/origin_rows.h"
#include "federation/own/log_again.h"
#include "federation/state_tree.h"

namespace banyan::federation {
namespace {

using storage::Connection;

std::string SignClosing(const OwnOrigin& origin, const LogState& state) {
  SignedNote note{Checkpoint{origin.Line(), state}.ToString(), {}};
  note.signatures.push_back(SignNote(note.text, origin.Line(), origin.keys.log));
  return note.ToString();
}

}  // namespace

Status OpenNextEpoch(storage::Database& database, const OwnOrigin& origin, const NextEpoch& next,
                     std::int64_t now_ms) {
  ENSURE(next.size > 0);
  return database.Write([&](Connection& connection) -> Status {
    const auto stated = TRY(StatedKeys(connection, origin.log));
    if (next.keys.keys.Commitment() != stated.next) {
      return Error(Errc::Invalid, "these are not the keys that the log committed to");
    }
    auto frontier = TRY(ReadFrontier(connection, origin.log, next.size));
    const LogState closed{frontier.size(), frontier.Root()};
    TRY(RollBackLog(connection, origin.log, next.size, now_ms));
    TRY(PutHead(connection, origin.log,
                {std::move(frontier), SignClosing(origin, closed), now_ms}));
    const LogId log{origin.log.origin, origin.log.epoch + 1};
    const auto state = TRY(StateOf(connection, log.origin)).root;
    const Opening opening{origin.node, log.epoch, {origin.log.epoch, closed}, next.keys, state,
                          next.reason, {}};
    TRY(AppendEntry(connection, log, opening.Render()));
    TRY(PutHead(connection, log, {{}, "", now_ms}));
    TRY(connection.Execute("UPDATE origin SET stopped = '' WHERE id = ?", log.origin));
    return AppendAgain(connection, log, now_ms);
  });
}

}  // namespace banyan::federation
