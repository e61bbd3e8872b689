#pragma once
// Receipts: how this node answers cards of others, first as rows, then as block entries of its own
// log; and the block entries of all logs that are held (PROTOCOL.md section 10). Functions work on
// the connection they are given; those that change something inside Database::Write.

#include <vector>

#include "federation/log_rows.h"
#include "federation/own_origin.h"
#include "federation/policy.h"

namespace banyan::federation {

// From now on this is done about the repository of that row of repository_card, of which so many
// bytes were held. The own log is to say so.
Status NoteReceipt(storage::Connection& connection, std::int64_t card, Action action,
                   std::uint64_t bytes, std::int64_t now_ms);

// Appends what is due to the own log, at most 1,000 entries, and returns their number. What the
// policy keeps to itself is not due any more. Unavailable when the clock is plainly wrong.
Result<std::size_t> WriteReceipts(storage::Database& database, LogId own, const Policy& policy,
                                  std::int64_t now_ms);

// An entry of a log that has just been appended; one that is not understood says nothing.
Status TakeBlock(storage::Connection& connection, LogId log, std::uint64_t position,
                 const Json& entry);

struct Receipt {
  NodeId node;
  Action action = Action::Keep;
  storage::StandingReason reason = storage::StandingReason::Other;
  std::int64_t time_s = 0;  // as that node claims
};
// What the logs here say of a repository: of each node what it said last, at most 100, in order.
Result<std::vector<Receipt>> ListReceipts(storage::Connection& connection,
                                          const RepositoryKey& key);

}  // namespace banyan::federation
