#include "node/collection.h"

namespace banyan::node {

Result<NodeCollectionReport> CollectNode(storage::LocalContentStore& content,
                                         const NodeCollectionOptions& options) {
  NodeCollectionReport report;
  storage::HistoryMark mark;
  const storage::HistorySteps history{
      [&](storage::Connection& connection) -> Status {
        // Without a grace the sweep deletes what was reachable until now: all marks wait for it.
        return options.history_grace_ms == 0 ? Ok() : mark.AddReachable(connection);
      },
      [&](storage::Connection& connection) -> Status {
        report.history = TRY(storage::SweepHistory(
            connection, mark, {content.core().clock.NowMs(), options.history_grace_ms}));
        return Ok();
      }};
  report.content = TRY(storage::Collect(content, options.content, history));
  return report;
}

}  // namespace banyan::node
