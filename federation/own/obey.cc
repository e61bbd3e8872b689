#include "federation/own/obey.h"

#include "federation/answers.h"
#include "federation/card_rows.h"
#include "storage/catalog/repositories.h"
#include "storage/catalog/standing_rows.h"

namespace banyan::federation {
namespace {

using storage::Connection;

struct Unheard {
  std::int64_t repository = 0;
  storage::Standing standing;
};

// What was changed here since its card has a note of that in card_due.
Result<std::vector<Unheard>> ListUnheard(Connection& connection) {
  std::vector<Unheard> list;
  auto rows = connection.Query(
      "SELECT r.id, c.status, c.reason, c.scope FROM origin o "
      "JOIN repository_card c ON c.origin = o.id JOIN repository r ON r.id = c.repository "
      "WHERE o.own = 1 AND c.number > 0 AND c.status <> 0 AND r.status = 0 AND r.private = 0 "
      "AND r.origin IS NULL AND r.id NOT IN card_due");
  while (rows.Next()) list.push_back({rows.Int(0), storage::ReadStanding(rows, 1)});
  TRY(rows.status());
  return list;
}

}  // namespace

Result<std::size_t> ObeyOwnLog(Connection& connection, const Policy& policy, std::int64_t now_ms) {
  const auto unheard = TRY(ListUnheard(connection));
  for (const auto& [row, standing] : unheard) {
    const auto repository = TRY(storage::GetRepository(connection, row));
    TRY(StateOwn(connection, policy, repository, standing, now_ms));
    TRY(ClearDue(connection, row));  // the log says it already
  }
  return unheard.size();
}

}  // namespace banyan::federation
