#pragma once
// The node as an origin: its id, its keys of the current epoch, and its log, which begins with a
// genesis entry made at the first start (PROTOCOL.md sections 2, 3 and 5).

#include <functional>
#include <optional>

#include "federation/format/key_set.h"
#include "federation/format/log_name.h"
#include "federation/log_rows.h"
#include "storage/base/random.h"

namespace banyan::federation {

// A value.
struct OwnOrigin {
  NodeId node;
  LogId log;  // of the current epoch
  SigningKeys keys;

  std::string Line() const { return LogName{node, log.epoch}.ToString(); }
};

// Of this node; nullopt before its log was begun.
Result<std::optional<NodeId>> FindOwnNode(storage::Connection& connection);

// Its log, in the latest epoch; nullopt before it was begun.
Result<std::optional<LogId>> FindOwnLog(storage::Connection& connection);

// `keys` come from the node's seed. A catalog without a log gets one: `next` is then asked for what
// the genesis commits to, the digest of the key set of the next epoch. Conflict when the catalog's
// log was begun with other keys.
Result<OwnOrigin> OpenOwnOrigin(storage::Database& database, const SigningKeys& keys,
                                const std::function<Result<Sha256>()>& next, Random& random);

// Unavailable when the clock is plainly wrong (PROTOCOL.md section 3): nothing is signed with it.
Status RequireSigningClock(storage::Connection& connection, LogId log, std::int64_t now_ms);

}  // namespace banyan::federation
