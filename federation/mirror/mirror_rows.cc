#include "federation/mirror/mirror_rows.h"

#include "federation/format/canonical_json.h"
#include "storage/base/json.h"

namespace banyan::federation {

using storage::Connection;

Result<MirrorRow> ReadMirrorRow(Connection& connection, std::int64_t card_row) {
  std::optional<MirrorRow> found;
  std::uint64_t epoch = 0;
  std::uint64_t position = 0;
  {
    auto rows = connection.Query(
        "SELECT origin, node, key, repository_card.leaf, epoch, position, meta, mirror.leaf, "
        "session, selected, taken FROM repository_card JOIN mirror ON mirror.card = "
        "repository_card.id "
        "JOIN origin ON origin.id = repository_card.origin WHERE repository_card.id = ?",
        card_row);
    if (rows.Next()) {
      const MirrorIdentity identity{rows.Int(0), NodeId(rows.DigestAt<LogHash>(1)),
                                    rows.DigestAt<RepositoryKey>(2)};
      found =
          MirrorRow{card_row,      identity,    rows.DigestAt<LogHash>(3), {}, {}, {}, rows.Text(9),
                    rows.Text(10), rows.Text(8)};
      found->meta.assign(rows.Blob(6).begin(), rows.Blob(6).end());
      if (!rows.IsNull(7)) found->served = rows.DigestAt<LogHash>(7);
      epoch = static_cast<std::uint64_t>(rows.Int(4));
      position = static_cast<std::uint64_t>(rows.Int(5));
    }
    TRY(rows.status());
  }
  if (!found) return Error(Errc::NotFound, "this repository is not followed");
  const auto entries = TRY(ReadEntries(connection, {found->identity.origin, epoch}, position, 1));
  if (HashLeaf(entries.front()) != found->leaf) {
    return Error(Errc::Corrupt, "catalog: the log has another card than the one that is latest");
  }
  found->card = TRY(Card::Parse(TRY(ParseCanonical(entries.front()))));
  return *std::move(found);
}

Status RequireLatest(Connection& connection, const MirrorRow& row) {
  auto rows = connection.Query("SELECT 1 FROM repository_card WHERE id = ? AND leaf = ?",
                               row.card_row, row.leaf);
  const bool is_latest = rows.Next();
  TRY(rows.status());
  if (is_latest) return Ok();
  return Error(Errc::Conflict, "a newer card of this repository came meanwhile");
}

Status KeepMeta(Connection& connection, const MirrorRow& row, ByteView meta) {
  TRY(RequireLatest(connection, row));
  return connection.Execute("UPDATE repository_card SET meta = ? WHERE id = ?", meta, row.card_row);
}

Status KeepSession(Connection& connection, const MirrorRow& row, const std::string& session) {
  return connection.Execute("UPDATE mirror SET session = ? WHERE card = ?", session, row.card_row);
}

Status NoteMirrored(Connection& connection, const MirrorRow& row, std::int64_t repository,
                    std::int64_t now_ms) {
  const CardContent& content = *row.card.content;
  TRY(connection.Execute(
      "UPDATE repository_card SET repository = ?, manifest = ?, refs = ?, "
      "commits = ? WHERE id = ?",
      repository, content.manifest, content.refs, content.commits, row.card_row));
  TRY(connection.Execute("DELETE FROM upload_session WHERE name = ?", row.session));
  return connection.Execute(
      "UPDATE mirror SET leaf = ?, taken = iif(taken = ?, ?, taken), session = '', tried_ms = ?, "
      "failures = 0, problem = '' WHERE card = ?",
      row.leaf, row.taken, row.selected, now_ms, row.card_row);
}

Status NoteFailure(Connection& connection, std::int64_t card_row, const std::string& problem,
                   std::int64_t now_ms) {
  return connection.Execute(
      "UPDATE mirror SET tried_ms = ?1, problem = ?2, failures = 1 + CASE WHEN EXISTS(SELECT 1 "
      "FROM repository_card WHERE id = card AND written_ms > tried_ms AND written_ms <= ?1) "
      "THEN 0 ELSE failures END WHERE card = ?3",
      now_ms, problem, card_row);
}

Status NotePutOff(Connection& connection, std::int64_t card_row, const std::string& problem,
                  std::int64_t now_ms) {
  return connection.Execute(
      "UPDATE mirror SET tried_ms = ?, problem = ?, failures = 1 WHERE card = ?", now_ms, problem,
      card_row);
}

}  // namespace banyan::federation
