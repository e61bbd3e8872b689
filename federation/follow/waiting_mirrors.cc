#include "federation/follow/waiting_mirrors.h"

#include <limits>
#include <string>

#include "federation/mirror_state.h"

namespace banyan::federation {
namespace {

constexpr std::string_view kDueMs = "(m.tried_ms + (30000 << min(m.failures, 9)))";

std::string Unfinished() {
  return "FROM mirror m JOIN repository_card c ON c.id = m.card "
         "WHERE c.meta IS NOT NULL AND m.passed_over = 0 AND " +
         std::string(kIsUnfinished);
}

Result<std::int64_t> NextDueMs(storage::Connection& connection) {
  auto rows = connection.Query("SELECT min(" + std::string(kDueMs) + ") " + Unfinished());
  auto due_ms = std::numeric_limits<std::int64_t>::max();
  if (rows.Next() && !rows.IsNull(0)) due_ms = rows.Int(0);
  TRY(rows.status());
  return due_ms;
}

}  // namespace

// SQLite counts the commits of other connections only: so one that never writes watches.
Result<std::int64_t> WaitingMirrors::Version() {
  if (!watcher_) watcher_.emplace(TRY(database_.Read()));
  auto rows = (*watcher_)->Query("PRAGMA data_version");
  const std::int64_t version = rows.Next() ? rows.Int(0) : 0;
  TRY(rows.status());
  return version;
}

Result<std::vector<std::int64_t>> WaitingMirrors::List(storage::Connection& connection,
                                                       Pauses pauses, std::int64_t now_ms) {
  const auto version = TRY(Version());  // before anything is read
  std::vector<std::int64_t> cards;
  const bool is_quiet = quiet_ && quiet_->version == version && now_ms < quiet_->until_ms;
  if (is_quiet && pauses == Pauses::Heed) return cards;
  quiet_.reset();
  auto rows =
      connection.Query("SELECT m.card " + Unfinished() + " AND (m.failures = 0 OR ?1 OR " +
                           std::string(kDueMs) + " <= ?2) ORDER BY m.tried_ms, m.card LIMIT 64",
                       pauses == Pauses::Ignore, now_ms);
  while (rows.Next()) cards.push_back(rows.Int(0));
  TRY(rows.status());
  if (cards.empty() && pauses == Pauses::Heed) quiet_ = {version, TRY(NextDueMs(connection))};
  return cards;
}

}  // namespace banyan::federation
