#include "federation/own/state_writer.h"

#include "federation/state_tree.h"

namespace banyan::federation {
namespace {

using storage::Connection;

enum class Due { No, Yes };

Result<Due> IsDue(Connection& connection, LogId own, std::int64_t now_ms) {
  const auto last = TRY(FindState(connection, own));
  const std::uint64_t covered = last ? last->position : 0;
  const auto count = TRY(CountEntries(connection, own));
  if (count <= covered + 1) return Due::No;
  auto rows = connection.Query(
      "SELECT count(*), min(written_ms) FROM repository_card WHERE origin = ? AND epoch = ? "
      "AND position > ? AND number > 0",
      own.origin, own.epoch, covered);
  const bool has_cards = rows.Next() && rows.Int(0) > 0;
  const bool is_old = has_cards && now_ms - rows.Int(1) >= kStateEveryMs;
  TRY(rows.status());
  const bool is_long = count - covered - 1 >= kStateEveryEntries;
  return has_cards && (is_old || is_long) ? Due::Yes : Due::No;
}

}  // namespace

Status WriteState(storage::Database& database, LogId own, std::int64_t now_ms) {
  {
    auto lease = TRY(database.Read());
    if (TRY(IsDue(*lease, own, now_ms)) == Due::No) return Ok();
  }
  return database.Write([&](Connection& connection) -> Status {
    const auto state = TRY(StateOf(connection, own.origin));
    const auto position = TRY(AppendEntry(connection, own, state.Render()));
    return PutState(connection, own, position, state, now_ms);
  });
}

}  // namespace banyan::federation
