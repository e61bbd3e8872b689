#include "federation/follow/log_rollback.h"

#include "federation/follow/card_chain.h"
#include "federation/format/card_link.h"
#include "federation/last_cards.h"

namespace banyan::federation {
namespace {

using storage::Connection;

Status SetBack(Connection& connection, std::int64_t origin, const RepositoryKey& key,
               const std::optional<PlacedCard>& last, bool is_own, std::int64_t now_ms) {
  if (last && !is_own) {
    return PutCard(connection, last->place, TRY(CardEntry::Parse(last->entry)), now_ms);
  }
  const EntryPlace place = last ? last->place : EntryPlace();
  const auto number = last ? TRY(CardLink::Parse(last->entry)).number : 0;
  TRY(
      connection.Execute("UPDATE repository_card SET number = ?, leaf = ?, epoch = ?, position = ? "
                         "WHERE origin = ? AND key = ?",
                         number, place.leaf, place.log.epoch, place.position, origin, key));
  if (is_own) return Ok();
  return connection.Execute(
      "UPDATE repository_card SET meta = NULL, meta_id = NULL, status = ?, reason = ?, scope = '' "
      "WHERE origin = ? AND key = ?",
      static_cast<int>(storage::StandingStatus::Withdrawn),
      static_cast<int>(storage::StandingReason::Author), origin, key);
}

// Before those that wait already: they came after them.
Status KeepForAgain(Connection& connection, LogId log, std::uint64_t size) {
  return connection.Execute(
      "INSERT INTO log_again(id, entry) "
      "SELECT (SELECT coalesce(min(id), 0) FROM log_again) - 1 - "
      "(SELECT max(position) FROM log_entry WHERE origin = ?1 AND epoch = ?2) + position, entry "
      "FROM log_entry WHERE origin = ?1 AND epoch = ?2 AND position >= ?3",
      log.origin, log.epoch, size);
}

}  // namespace

Status RollBackLog(Connection& connection, LogId log, std::uint64_t size, std::int64_t now_ms) {
  if (TRY(CountEntries(connection, log)) <= size) return Ok();
  bool is_own = false;
  {
    auto rows = connection.Query("SELECT own FROM origin WHERE id = ?", log.origin);
    is_own = rows.Next() && rows.Int(0) != 0;
    TRY(Status(rows.status()));
  }
  for (const auto& [key, last] : TRY(FindLastCards(connection, log, size))) {
    TRY(SetBack(connection, log.origin, key, last, is_own, now_ms));
  }
  if (is_own) TRY(KeepForAgain(connection, log, size));
  for (const char* table : {"block_entry", "state_entry", "log_entry"}) {
    TRY(connection.Execute(
        "DELETE FROM " + std::string(table) + " WHERE origin = ? AND epoch = ? AND position >= ?",
        log.origin, log.epoch, size));
  }
  return Ok();
}

}  // namespace banyan::federation
