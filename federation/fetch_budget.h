#pragma once
// How many bytes came from other nodes, day by day, and how many more may. Functions work on the
// connection they are given.

#include "federation/fetch_limits.h"
#include "storage/base/sqlite.h"

namespace banyan::federation {

// These came just now. Inside Database::Write; forgets days of earlier months than the last.
Status CountFetched(storage::Connection& connection, std::uint64_t bytes, std::int64_t now_ms);

struct FetchState {
  bool is_open = true;  // within a window
  std::uint64_t today_bytes = 0;
  std::uint64_t month_bytes = 0;
  bool has_budget = true;  // of this day and this month
  bool operator==(const FetchState&) const = default;
};
Result<FetchState> ReadFetchState(storage::Connection& connection, const FetchLimits& limits,
                                  std::int64_t now_ms);

// Logical bytes of all mirrors together, and of those of one origin.
struct MirrorBytes {
  std::uint64_t all = 0;
  std::uint64_t of_origin = 0;
};
// 0 of what has no limit: each is a sum over all repositories, which is taken only where it counts.
Result<MirrorBytes> ReadMirrorBytes(storage::Connection& connection, const FetchLimits& limits,
                                    std::int64_t origin);

// Before content is fetched, to spare a futile transfer: TooLarge when the origin's mirrors, or
// all, would be larger than they may with so many bytes more.
Status RequireMirrorRoom(storage::Connection& connection, const FetchLimits& limits,
                         std::int64_t origin, const MirrorBytes& more);
// After a change, inside its transaction: TooLarge when it made them larger than they may be.
// `before` was read with the same limits.
Status RequireWithinMirrorRoom(storage::Connection& connection, const FetchLimits& limits,
                               std::int64_t origin, const MirrorBytes& before);

}  // namespace banyan::federation
