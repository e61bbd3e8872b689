#include "federation/follow/epoch_begin.h"

#include "federation/follow/log_rollback.h"
#include "federation/format/canonical_json.h"
#include "federation/format/entry_bundle.h"
#include "federation/state_tree.h"
#include "storage/base/json.h"

namespace banyan::federation {

using storage::Connection;

Result<ClosedEpoch> CloseEpoch(Connection& connection, FollowedLog log, const std::string& note) {
  if (!log.keys) return Error(Errc::Invalid, "nothing is held of the epoch before");
  const auto state = TRY(VerifyHead(log.name, *log.keys, note));
  const auto held = log.head.frontier.size();
  if (state.size == 0 || state.size > held) {
    return Error(Errc::Invalid, "the epoch before is held up to " + std::to_string(held) +
                                    " entries, and it ended after " + std::to_string(state.size));
  }
  if (TRY(ReadFrontier(connection, log.log, state.size)).Root() == state.root) {
    auto bare = TRY(BareHead(log.name, *log.keys, note));
    return ClosedEpoch{std::move(log), state, std::move(bare)};
  }
  return Error(Errc::Invalid, "the epoch before did not end in the history that is held");
}

Result<Opening> ReadOpening(const ClosedEpoch& before, ByteView entry) {
  const Json json = TRY(ParseCanonical(entry, {kMaxEntryBytes, 4, true}));
  if (FindString(json, "t") != "open") return Error(Errc::Invalid, "an epoch begins with open");
  const auto opening = TRY(Opening::Parse(json));
  TRY(opening.RequireAuthority(*before.log.keys, json));
  const auto& name = before.log.name;
  if (opening.node != name.node || opening.previous.epoch != name.epoch ||
      opening.previous.state != before.state) {
    return Error(Errc::Invalid, "the opening goes on from something else");
  }
  if (!before.log.stopped.empty() && opening.reason != OpenReason::Fork) {
    return Error(Errc::Invalid, "the origin was stopped, and the opening repairs nothing");
  }
  return opening;
}

Status BeginEpoch(Connection& connection, const ClosedEpoch& before, const Opening& opening,
                  std::int64_t now_ms) {
  const auto log = before.log.log;
  TRY(RollBackLog(connection, log, before.state.size, now_ms));
  const auto head = TRY(FindHead(connection, log));
  if (!head || head->state() != before.state || head->note != before.note) {
    TRY(PutHead(connection, log,
                {TRY(ReadFrontier(connection, log, before.state.size)), before.note, now_ms}));
  }
  TRY(connection.Execute("UPDATE origin SET stopped = '' WHERE id = ?", log.origin));
  if (TRY(StateOf(connection, log.origin)).root == opening.state) return Ok();
  return Error(Errc::Invalid, "the opening states another root than that of all latest cards");
}

}  // namespace banyan::federation
