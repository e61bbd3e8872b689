#pragma once
// The nodes whose logs are known here, as rows of the catalog. Functions work on the connection
// they are given.

#include <optional>

#include "federation/format/node_id.h"
#include "storage/base/sqlite.h"

namespace banyan::federation {

struct OriginRow {
  std::int64_t row = 0;
  bool is_own = false;
};

Result<std::optional<OriginRow>> FindOrigin(storage::Connection& connection, const NodeId& node);
// Made when there is none. Inside Database::Write.
Result<OriginRow> NeedOrigin(storage::Connection& connection, const NodeId& node);

}  // namespace banyan::federation
