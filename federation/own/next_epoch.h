#pragma once
// The own log goes on in its next epoch: with the keys that the epoch before committed to, after
// those of its entries that everybody agrees on (PROTOCOL.md sections 2 and 6).

#include "federation/format/opening.h"
#include "federation/own_origin.h"

namespace banyan::federation {

// What begins it. The seeds of both key sets are on the disk before.
struct NextEpoch {
  EpochKeys keys;
  std::uint64_t size = 0;  // of the epoch that ends; at least 1
  OpenReason reason = OpenReason::Fork;
};

// One transaction: the epoch of `origin` is closed with a head of that size, signed by its keys;
// the opening is the first entry of the next one, and what came after that size is appended behind
// it. Invalid when the keys are not those that were committed to.
Status OpenNextEpoch(storage::Database& database, const OwnOrigin& origin, const NextEpoch& next,
                     std::int64_t now_ms);

}  // namespace banyan::federation
