#pragma once
// The nodes whose logs are known here, as rows of the catalog. Functions work on the connection
// they are given.

#include <optional>

#include "federation/format/opening.h"
#include "federation/log_rows.h"

namespace banyan::federation {

struct OriginRow {
  std::int64_t row = 0;
  bool is_own = false;
};

Result<std::optional<OriginRow>> FindOrigin(storage::Connection& connection, const NodeId& node);
// Made when there is none. Inside Database::Write.
Result<OriginRow> NeedOrigin(storage::Connection& connection, const NodeId& node);

// A peer at this address showed a head of it. Inside Database::Write.
Status NoteShown(storage::Connection& connection, std::int64_t origin, const std::string& peer);
// Who did last; empty: nobody yet.
Result<std::string> FindShown(storage::Connection& connection, std::int64_t origin);

// What the first entry of an epoch that is held states.
Result<EpochKeys> StatedKeys(storage::Connection& connection, LogId log);

}  // namespace banyan::federation
