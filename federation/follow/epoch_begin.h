#pragma once
// A later epoch of another node's log begins: by an `open` entry that the epoch before committed to
// (PROTOCOL.md section 3). What that epoch said after the size that the opening names is taken
// back, and a freeze after a fork is over.

#include "federation/follow/followed_log.h"

namespace banyan::federation {

// An epoch that is over, with the signed head that closes it.
struct ClosedEpoch {
  FollowedLog log;
  LogState state;
  std::string note;
};

// Invalid unless the note is one of the log that is held, and what is held leads to it.
Result<ClosedEpoch> CloseEpoch(storage::Connection& connection, FollowedLog log,
                               const std::string& note);

// What the first entry of the next epoch states. Invalid unless it is an opening that goes on from
// there with the authority that the closed epoch committed to.
Result<Opening> ReadOpening(const ClosedEpoch& before, ByteView entry);

// The closed epoch ends at that head, and the origin is not stopped any more. Invalid when what is
// then the latest state of its repositories is not what the opening says. Inside Database::Write.
Status BeginEpoch(storage::Connection& connection, const ClosedEpoch& before,
                  const Opening& opening, std::int64_t now_ms);

}  // namespace banyan::federation
