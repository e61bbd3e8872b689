#pragma once
// Takes back what a log said after its first entries: its origin began the next epoch there, or
// entries of the own log were never signed and cannot be (PROTOCOL.md section 6).

#include "federation/log_rows.h"

namespace banyan::federation {

// The log has its first `size` entries, and the repositories of its origin are as their last cards
// among these say. A repository with none of them is left as one that its origin withdrew; of the
// own log the rows keep what is here of it, and the entries are kept to be appended again
// (own/log_again.h). The head of the log is the caller's to set. Inside Database::Write.
Status RollBackLog(storage::Connection& connection, LogId log, std::uint64_t size,
                   std::int64_t now_ms);

}  // namespace banyan::federation
