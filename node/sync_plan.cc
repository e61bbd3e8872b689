#include "node/sync_plan.h"

#include "federation/card_meta.h"
#include "federation/mirror_state.h"

namespace banyan::node {
namespace {

struct Waiting {
  std::int64_t card = 0;
  std::string repository;
};

// As Service chooses them.
Result<std::vector<Waiting>> ListWaiting(storage::Connection& connection) {
  std::vector<Waiting> list;
  auto rows = connection.Query(
      "SELECT m.card, c.meta FROM mirror m JOIN repository_card c ON c.id = m.card "
      "WHERE c.meta IS NOT NULL AND m.passed_over = 0 AND " +
      std::string(federation::kIsUnfinished) + " ORDER BY m.card");
  while (rows.Next()) {
    const auto id = federation::NameInMeta(rows.Blob(1)).value_or(storage::RepositoryId());
    list.push_back({rows.Int(0), std::string(storage::Plural(id.kind)) + "/" + id.Path()});
  }
  TRY(rows.status());
  return list;
}

}  // namespace

Result<std::vector<PlannedMirror>> PlanSync(Hub& hub,
                                            std::span<federation::PeerSource* const> peers,
                                            const std::atomic<bool>& cancelled) {
  std::vector<Waiting> waiting;
  {
    auto lease = TRY(hub.database.Read());
    waiting = TRY(ListWaiting(*lease));
  }
  federation::RepositoryMirror mirror(
      {hub.clock, hub.random, hub.database, hub.content, cancelled, hub.quota()});
  std::vector<PlannedMirror> plan;
  for (const auto& [card, repository] : waiting) {
    if (cancelled) return Error(Errc::Cancelled, "interrupted");
    plan.push_back({repository, mirror.Measure(card, peers)});
  }
  return plan;
}

}  // namespace banyan::node
