#pragma once
// The card that stands at a place in a log.

#include "federation/format/card.h"
#include "federation/log_rows.h"

namespace banyan::federation {

// Corrupt when the entry is missing; Invalid when it is no card, or needs a newer program.
Result<Card> ReadCard(storage::Connection& connection, LogId log, std::uint64_t position);

}  // namespace banyan::federation
