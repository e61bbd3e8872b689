#pragma once
// How much a namespace may hold. Figures are logical: each repository is charged the full size of
// every file it has committed, however much deduplication saved, so that what is charged tells
// nothing about what others hold. Triggers keep namespace.used_bytes equal to the sum over its
// repositories (storage/catalog/schema.cc).
//
// Check and reserve: a commit reads the quota, records what it adds (HoldFile), then calls
// RequireWithinQuota, all in one transaction. Transactions are serial, so the check is exact, and
// its error rolls all of it back. A change that adds nothing passes even over the limit, so that
// a namespace whose quota was lowered can still be edited and emptied.

#include <cstdint>
#include <optional>

#include "storage/base/sqlite.h"

namespace banyan::storage {

struct QuotaPolicy {
  std::optional<std::uint64_t> default_bytes;  // per namespace without its own; nullopt: no limit
};

struct Quota {
  std::uint64_t used_bytes = 0;
  std::optional<std::uint64_t> limit_bytes;  // nullopt: no limit
};
Result<Quota> ReadQuota(Connection& connection, std::int64_t namespace_row,
                        const QuotaPolicy& policy);

// Before an upload, to spare a futile transfer: TooLarge, with the figures and what to do, when
// used + additional would be over the limit.
Status RequireRoom(Connection& connection, std::int64_t namespace_row,
                   std::uint64_t additional_bytes, const QuotaPolicy& policy);
// After a change, inside its transaction: TooLarge when it grew from `used_before_bytes` to more
// than the limit.
Status RequireWithinQuota(Connection& connection, std::int64_t namespace_row,
                          std::uint64_t used_before_bytes, const QuotaPolicy& policy);

}  // namespace banyan::storage
