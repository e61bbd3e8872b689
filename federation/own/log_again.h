#pragma once
// Entries of the own log that a repair took out of it are appended again, as they were where the
// log allows that (PROTOCOL.md section 6).

#include "federation/log_rows.h"

namespace banyan::federation {

enum class Again { Nothing, Waits };
Result<Again> LookAgain(storage::Connection& connection);
// All that wait (follow/log_rollback.h). A card that does not go on from the latest one of its
// repository is not appended: the repository gets a new card, drafted from what is here. Inside
// Database::Write.
Status AppendAgain(storage::Connection& connection, LogId own, std::int64_t now_ms);

}  // namespace banyan::federation
