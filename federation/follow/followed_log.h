#pragma once
// One epoch of another node's log, as far as it is held here: whose it is, which keys speak for it,
// and how it grows (PROTOCOL.md sections 3, 5 and 8). Nothing of it is taken from a peer that the
// origin's signed head does not lead to.

#include <span>

#include "federation/format/fork_evidence.h"
#include "federation/format/log_name.h"
#include "federation/format/opening.h"
#include "federation/head_rows.h"

namespace banyan::federation {

struct ClosedEpoch;  // epoch_begin.h

struct FollowedLog {
  LogId log;
  LogName name;
  std::optional<EpochKeys> keys;  // of its first entry; nullopt: nothing is held yet
  LogHead head;                   // what is held; its note may be of fewer entries, or empty
  std::string stopped;            // why nothing more is taken of its origin; empty: it is
  bool is_own = false;            // its own node reads it, which no freeze holds up
};

// The latest epoch that is held of the origin, or its first one, empty.
Result<FollowedLog> FindFollowedLog(storage::Connection& connection, std::int64_t origin,
                                    const NodeId& node);
// Why nothing more is taken of the origin; empty: it is.
Result<std::string> WhyStopped(storage::Connection& connection, std::int64_t origin);

// What the first entry of the first epoch states. Invalid unless it is the genesis of the node.
Result<EpochKeys> ReadGenesis(const NodeId& node, ByteView entry);

// The state that the note signs for the log. Invalid unless the epoch's key signed it.
Result<LogState> VerifyHead(const LogName& name, const EpochKeys& keys, const std::string& note);

// The note, which verifies, with no signature but the log's: what others add to it is kept apart
// (federation/cosignatures.h).
Result<std::string> BareHead(const LogName& name, const EpochKeys& keys, const std::string& note);

// What it claims, without a look at who signed it.
Result<LogState> ReadClaim(const LogName& name, const std::string& note);

// Entries that go on from what is held, and the proof that `head`, which is signed, begins with the
// state that they lead to; none when they lead to it. `note` is that head then, else the one held
// before.
struct NewEntries {
  std::span<const Bytes> entries;
  LogState head;
  LogProof proof;
  std::string note;
  const ClosedEpoch* before = nullptr;  // when the first of them begins a later epoch
  bool is_far_from_head = false;        // kReplayStep entries or more are to follow
};
// Appends them with what they say of repositories, and brings `log` up to them. Invalid when they
// do not lead there, and nothing is changed; Corrupt when they do and break the rules of the
// protocol: then the origin is stopped with that reason. Of several state entries among them the
// last is checked, and none far from the head, where later ones are.
enum class Appended {
  Yes,
  Overtaken,  // nothing: the log grew, or its origin was stopped, since `log` was read
};
Result<Appended> AppendEntries(storage::Database& database, FollowedLog& log,
                               const NewEntries& news, std::int64_t now_ms);

// Nothing more is taken of the origin. Evidence may be empty.
Status StopOrigin(storage::Database& database, LogId log, const std::string& reason,
                  const std::optional<ForkEvidence>& evidence, std::int64_t now_ms);

// What is kept of an epoch; nullopt: nothing.
Result<std::optional<ForkEvidence>> FindEvidence(storage::Connection& connection, LogId log);

}  // namespace banyan::federation
