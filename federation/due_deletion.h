#pragma once
// The end of what was taken down: deleted on the day that the policy set, unless so much of one
// origin goes at once that the operator is to look first (PROTOCOL.md section 10, the brake).

#include "federation/policy.h"
#include "storage/base/sqlite.h"

namespace banyan::federation {

// Deletes one repository whose day has come, unless the brake holds its origin, and notes the
// receipt of a mirror. Returns its row; 0: there was none. Inside Database::Write.
Result<std::int64_t> DeleteOneDue(storage::Connection& connection, const Policy& policy,
                                  std::int64_t now_ms);

}  // namespace banyan::federation
