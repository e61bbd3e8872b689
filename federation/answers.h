#pragma once
// This node's policy, applied to what is stated of its own and of mirrored repositories. Functions
// work on the connection they are given, inside Database::Write.
//
//   card or own statement ─▶ Decide ─▶ columns of the repository ─▶ receipt (of a mirror)
//                                   └▶ mirror.passed_over, selected: what is fetched

#include "federation/policy.h"
#include "storage/catalog/repositories.h"

namespace banyan::federation {

// States it of an own repository, and answers it at once.
Status StateOwn(storage::Connection& connection, const Policy& policy,
                const storage::Repository& repository, const storage::Standing& standing,
                std::int64_t now_ms);

// Answers what latest cards state and what a policy says that is new. What has its answer already
// is not touched: a deletion that waits keeps its day.
Status ApplyPolicy(storage::Connection& connection, const Policy& policy, std::int64_t now_ms);

}  // namespace banyan::federation
