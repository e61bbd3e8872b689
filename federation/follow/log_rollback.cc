#include "federation/follow/log_rollback.h"

#include <map>

#include "federation/follow/card_chain.h"
#include "federation/format/canonical_json.h"
#include "federation/format/card_link.h"
#include "federation/format/entry_bundle.h"
#include "storage/base/json.h"

namespace banyan::federation {
namespace {

using storage::Connection;

struct PlacedCard {
  EntryPlace place;
  Json entry;
};
// The last card of each repository; nullopt: it has none.
using LastCards = std::map<RepositoryKey, std::optional<PlacedCard>>;

// The repositories whose latest card is among the entries from `size` on.
Result<LastCards> ListAffected(Connection& connection, LogId log, std::uint64_t size) {
  LastCards affected;
  auto rows = connection.Query(
      "SELECT key FROM repository_card WHERE origin = ? AND epoch = ? AND position >= ? "
      "AND number > 0",
      log.origin, log.epoch, size);
  while (rows.Next()) affected[rows.DigestAt<RepositoryKey>(0)] = std::nullopt;
  TRY(rows.status());
  return affected;
}

// Reads the log from its first epoch, which happens once in the life of a log.
Status FindLastCards(Connection& connection, LogId log, std::uint64_t size, LastCards& affected) {
  for (LogId epoch{log.origin, 0}; epoch.epoch <= log.epoch; ++epoch.epoch) {
    const bool is_cut = epoch.epoch == log.epoch;
    const auto until = is_cut ? size : TRY(CountEntries(connection, epoch));
    std::uint64_t position = 0;
    TRY(ForEachEntry(connection, epoch, 0, until, [&](ByteView bytes) {
      const EntryPlace place{epoch, position++, HashLeaf(bytes)};
      auto entry = ParseCanonical(bytes, {kMaxEntryBytes, 4, true});
      if (!entry || FindString(*entry, "t") != "card") return;
      const auto link = CardLink::Parse(*entry);
      if (!link) return;
      const auto card = affected.find(link->Key(place.leaf));
      if (card != affected.end()) card->second = PlacedCard{place, *std::move(entry)};
    }));
  }
  return Ok();
}

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
  auto affected = TRY(ListAffected(connection, log, size));
  if (!affected.empty()) TRY(FindLastCards(connection, log, size, affected));
  for (const auto& [key, last] : affected) {
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
