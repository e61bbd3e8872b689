#pragma once
// The state tree of an origin: the latest card of each repository that ever had one, live or not
// (PROTOCOL.md section 5). Its root, in `state` and `open` entries, is what the origin signs as the
// latest state of everything. Functions work on the connection they are given.

#include <optional>

#include "federation/format/state_entry.h"
#include "federation/log_rows.h"

namespace banyan::federation {

// As the cards of the catalog lead to it.
Result<StateEntry> StateOf(storage::Connection& connection, std::int64_t origin);

// The latest state entry of an epoch, as a row; nullopt: it has none. Inside Database::Write for a
// change; the caller has checked it.
struct PlacedState {
  std::uint64_t position = 0;
  std::int64_t taken_ms = 0;
};
Result<std::optional<PlacedState>> FindState(storage::Connection& connection, LogId log);
Status PutState(storage::Connection& connection, LogId log, std::uint64_t position,
                const StateEntry& state, std::int64_t now_ms);

}  // namespace banyan::federation
