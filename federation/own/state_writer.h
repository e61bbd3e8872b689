#pragma once
// Appends `state` entries to the own log: after 1,000 entries, or when a card is a day old, that no
// state entry covers yet (PROTOCOL.md section 5).

#include "federation/log_rows.h"

namespace banyan::federation {

inline constexpr std::uint64_t kStateEveryEntries = 1000;
inline constexpr std::int64_t kStateEveryMs = 24 * 3'600'000;

// If it is due.
Status WriteState(storage::Database& database, LogId own, std::int64_t now_ms);

}  // namespace banyan::federation
