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

// TooLarge when the origin's mirrors, or all, would be larger than they may with so many bytes
// more.
Status RequireMirrorRoom(storage::Connection& connection, const FetchLimits& limits,
                         std::int64_t origin, std::uint64_t additional_bytes);

}  // namespace banyan::federation
