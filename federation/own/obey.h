#pragma once
// What the own log says of a repository and the catalog does not know: the catalog is of before,
// and a takedown must outlive a restore (PROTOCOL.md section 6).

#include "federation/policy.h"
#include "storage/base/sqlite.h"

namespace banyan::federation {

// Repositories whose latest card is not live, and that are here as if nothing was stated, are
// stated so again and answered by the policy. Inside Database::Write. Returns their number.
Result<std::size_t> ObeyOwnLog(storage::Connection& connection, const Policy& policy,
                               std::int64_t now_ms);

}  // namespace banyan::federation
