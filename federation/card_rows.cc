#include "federation/card_rows.h"

#include "federation/log_card.h"
#include "storage/catalog/standing_rows.h"

namespace banyan::federation {
namespace {

using storage::Connection;
using storage::SqlValue;

struct Place {
  std::uint64_t epoch = 0;
  std::uint64_t position = 0;
};

}  // namespace

Result<std::optional<CardRow>> FindCard(Connection& connection, LogId log,
                                        std::int64_t repository) {
  CardRow found;
  Place place;
  {
    auto rows = connection.Query(
        "SELECT key, leaf, meta, written_ms, epoch, position FROM repository_card "
        "WHERE origin = ? AND repository = ? AND number > 0",
        log.origin, repository);
    if (!rows.Next()) {
      TRY(rows.status());
      return std::optional<CardRow>();
    }
    found.key = rows.DigestAt<RepositoryKey>(0);
    found.leaf = rows.DigestAt<LogHash>(1);
    found.meta.assign(rows.Blob(2).begin(), rows.Blob(2).end());
    found.written_ms = rows.Int(3);
    place = {static_cast<std::uint64_t>(rows.Int(4)), static_cast<std::uint64_t>(rows.Int(5))};
    TRY(rows.status());
  }
  found.card = TRY(ReadCard(connection, {log.origin, place.epoch}, place.position));
  return std::optional(std::move(found));
}

Result<std::int64_t> WriteCard(Connection& connection, LogId log, std::int64_t repository,
                               const Card& card, ByteView meta, std::int64_t now_ms) {
  const Bytes entry = TRY(card.Render());
  const LogHash leaf = HashLeaf(entry);
  const auto position = TRY(AppendEntry(connection, log, entry));
  const auto key = card.repository.value_or(RepositoryKey::FromRaw(leaf.bytes()));
  const auto root = [&](Sha256 CardContent::*member) {
    return card.content ? SqlValue((*card.content).*member) : SqlValue(nullptr);
  };
  const auto scope = storage::ScopeColumn(card.standing);
  auto rows = connection.Query(
      "INSERT INTO repository_card(origin, key, repository, number, leaf, epoch, position, "
      "written_ms, meta, manifest, refs, commits, meta_id, status, reason, scope) "
      "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
      "ON CONFLICT(origin, key) DO UPDATE SET repository = excluded.repository, "
      "number = excluded.number, leaf = excluded.leaf, epoch = excluded.epoch, "
      "position = excluded.position, written_ms = excluded.written_ms, meta = excluded.meta, "
      "manifest = excluded.manifest, refs = excluded.refs, commits = excluded.commits, "
      "meta_id = excluded.meta_id, status = excluded.status, reason = excluded.reason, "
      "scope = excluded.scope RETURNING id",
      log.origin, key, repository, card.number, leaf, log.epoch, position, now_ms,
      meta.empty() ? SqlValue(nullptr) : SqlValue(meta), root(&CardContent::manifest),
      root(&CardContent::refs), root(&CardContent::commits), SqlValue(card.meta),
      static_cast<int>(card.standing.status), storage::ReasonColumn(card.standing), scope);
  std::int64_t id = 0;
  while (rows.Next()) id = rows.Int(0);
  TRY(rows.status());
  return id;
}

Result<std::vector<std::int64_t>> ListDue(Connection& connection) {
  std::vector<std::int64_t> due;
  auto rows = connection.Query("SELECT repository FROM card_due ORDER BY repository");
  while (rows.Next()) due.push_back(rows.Int(0));
  TRY(rows.status());
  return due;
}

Status ClearDue(Connection& connection, std::int64_t repository) {
  return connection.Execute("DELETE FROM card_due WHERE repository = ?", repository);
}

}  // namespace banyan::federation
