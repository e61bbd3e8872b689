#pragma once
// Garbage collection of history: commits that no ref reaches any more, and then every object,
// blob, segment and tree node that no revision needs.
//
//   reachable ──a ref goes──▶ unreachable since t ──grace──▶ revision deleted ──▶ objects swept,
//       ▲                          │                                             files released
//       └──────── a ref returns ───┘
//
// Content is collected afterwards (collector.h), once nothing holds it.

#include "storage/history/history_mark.h"

namespace banyan::storage {

struct HistorySweepOptions {
  std::int64_t now_ms = 0;
  std::int64_t grace_ms = std::int64_t{30} * 24 * 3600 * 1000;
};

struct HistorySweepReport {
  std::uint64_t revisions_unreachable = 0;  // found so in this run
  std::uint64_t revisions_deleted = 0;
  std::uint64_t files_released = 0;
  std::uint64_t objects_deleted = 0;
  std::uint64_t blobs_deleted = 0;
  std::uint64_t segments_deleted = 0;
  std::uint64_t nodes_deleted = 0;
  std::uint64_t freed_bytes = 0;  // of catalog rows
};

// Inside one Database::Write. `mark` may have been filled before (AddReachable on a reader) to keep
// the transaction short; it catches up here. Any error undoes everything. For a dry run, let the
// transaction fail after this returned.
Result<HistorySweepReport> SweepHistory(Connection& connection, HistoryMark& mark,
                                        const HistorySweepOptions& options);

// The commits that the refs of a repository reach.
Result<std::unordered_set<GitOid>> ReachableCommits(Connection& connection,
                                                    std::int64_t repository);

}  // namespace banyan::storage
