#include "federation/follow/card_chain.h"

#include "storage/catalog/standing_rows.h"

namespace banyan::federation {

using storage::Connection;
using storage::SqlValue;

namespace {

// Peers may ask for it from now on, whether the repository is mirrored or not.
Status PassOnMeta(Connection& connection, const Sha256& id) {
  TRY(
      connection.Execute("DELETE FROM open_object WHERE kind = 2 AND id <> ?1 AND card IN "
                         "(SELECT id FROM repository_card WHERE meta_id = ?1)",
                         id));
  return connection.Execute(
      "INSERT OR IGNORE INTO open_object(id, card, kind) "
      "SELECT meta_id, id, 2 FROM repository_card WHERE meta_id = ?",
      id);
}

}  // namespace

// A card of number 0 was taken back: the repository may begin anew.
Status RequireGoesOn(Connection& connection, std::int64_t origin, const RepositoryKey& key,
                     const CardLink& link) {
  auto rows = connection.Query(
      "SELECT number, leaf FROM repository_card WHERE origin = ? AND key = ? AND number > 0",
      origin, key);
  const bool is_known = rows.Next();
  const auto number = is_known ? static_cast<std::uint64_t>(rows.Int(0)) : 0;
  const auto leaf = is_known ? rows.DigestAt<LogHash>(1) : LogHash();
  TRY(Status(rows.status()));
  const bool goes_on = is_known && link.previous == leaf && link.number == number + 1;
  if (link.repository ? goes_on : !is_known) return Ok();
  return Error(Errc::Invalid, "card " + std::to_string(link.number) + " of repository " +
                                  key.Short() + " does not go on from card " +
                                  std::to_string(number));
}

Status TakeCard(Connection& connection, const EntryPlace& place, const CardEntry& entry,
                std::int64_t now_ms) {
  const auto key = entry.link.Key(place.leaf);
  TRY(RequireGoesOn(connection, place.log.origin, key, entry.link));
  return PutCard(connection, place, entry, now_ms);
}

Status PutCard(Connection& connection, const EntryPlace& place, const CardEntry& entry,
               std::int64_t now_ms) {
  const auto key = entry.link.Key(place.leaf);
  const Card unknown;
  const Card& card = entry.card ? *entry.card : unknown;
  return connection.Execute(
      "INSERT INTO repository_card(origin, key, number, leaf, epoch, position, written_ms, "
      "meta_id, status, reason, scope) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
      "ON CONFLICT(origin, key) DO UPDATE SET number = excluded.number, leaf = excluded.leaf, "
      "epoch = excluded.epoch, position = excluded.position, written_ms = excluded.written_ms, "
      "meta = CASE WHEN meta_id IS excluded.meta_id THEN meta END, meta_id = excluded.meta_id, "
      "status = excluded.status, reason = excluded.reason, scope = excluded.scope",
      place.log.origin, key, entry.link.number, place.leaf, place.log.epoch, place.position, now_ms,
      SqlValue(card.meta), static_cast<int>(card.standing.status),
      storage::ReasonColumn(card.standing), storage::ScopeColumn(card.standing));
}

Result<std::vector<MissingMeta>> ListMissingMeta(Connection& connection, std::int64_t origin,
                                                 std::int64_t after, std::size_t limit) {
  std::vector<MissingMeta> missing;
  auto rows = connection.Query(
      "SELECT id, meta_id, status IN (0, 1) FROM repository_card AS c "
      "WHERE origin = ? AND meta IS NULL AND meta_id IS NOT NULL AND id > ? AND NOT EXISTS "
      "(SELECT 1 FROM repository_card AS first WHERE first.meta_id = c.meta_id "
      "AND first.origin = c.origin AND first.meta IS NOT NULL) ORDER BY id LIMIT ?",
      origin, after, limit);
  while (rows.Next()) missing.push_back({rows.Int(0), rows.DigestAt<Sha256>(1), rows.Int(2) != 0});
  TRY(rows.status());
  return missing;
}

Status KeepMeta(Connection& connection, const Sha256& id, ByteView meta) {
  TRY(
      connection.Execute("UPDATE repository_card SET meta = ?1 WHERE id IN (SELECT min(id) FROM "
                         "repository_card WHERE meta_id = ?2 GROUP BY origin)",
                         meta, id));
  return PassOnMeta(connection, id);
}

}  // namespace banyan::federation
