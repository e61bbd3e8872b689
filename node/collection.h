#pragma once
// Garbage collection of a whole node: history that no branch or tag reaches, then the content that
// nothing names. The regular job and the operator's command both come here.

#include "storage/content/collector.h"
#include "storage/history/history_sweep.h"

namespace banyan::node {

// How long a commit stays that no branch or tag reaches, so that a force-moved or deleted branch
// can be brought back: 30 days.
inline constexpr std::int64_t kHistoryGraceMs = std::int64_t{30} * 24 * 3600 * 1000;

struct NodeCollectionOptions {
  std::int64_t history_grace_ms = kHistoryGraceMs;  // 0: none
  storage::CollectionOptions content;               // its dry_run is that of both
};

struct NodeCollectionReport {
  storage::HistorySweepReport history;
  storage::CollectionReport content;
};

// Runs beside uploads, commits and downloads. A dry run changes nothing and gives the exact
// figures of a run at this moment. Corrupt when history lacks an object that it needs: then
// nothing is collected at all. Fails with the first error; what was done before is safe.
Result<NodeCollectionReport> CollectNode(storage::LocalContentStore& content,
                                         const NodeCollectionOptions& options);

}  // namespace banyan::node
