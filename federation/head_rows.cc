#include "federation/head_rows.h"

#include <algorithm>

#include "federation/cosignatures.h"
#include "federation/log_marks.h"

namespace banyan::federation {

using storage::Connection;

Result<std::optional<LogHead>> FindHead(Connection& connection, LogId log) {
  auto rows = connection.Query(
      "SELECT size, frontier, note, seen_ms FROM log_head WHERE origin = ? AND epoch = ?",
      log.origin, log.epoch);
  if (!rows.Next()) {
    TRY(rows.status());
    return std::optional<LogHead>();
  }
  auto frontier =
      Frontier::From(static_cast<std::uint64_t>(rows.Int(0)), DecodeHashes(rows.Blob(1)));
  LogHead head{TRY(std::move(frontier)), rows.Text(2), rows.Int(3)};
  TRY(rows.status());
  return std::optional(std::move(head));
}

// Numbered by the time, so that an older copy of the catalog that is put back never gives a number
// to other changes than its peers have read under it.
Status PutHead(Connection& connection, LogId log, const LogHead& head) {
  TRY(MarkLog(connection, log, head.frontier));
  return connection.Execute(
      "INSERT INTO log_head(origin, epoch, size, root, frontier, note, sequence, seen_ms) "
      "VALUES(?1, ?2, ?3, ?4, ?5, ?6, "
      "(SELECT max(coalesce(max(sequence), 0) + 1, ?7) FROM log_head), ?7) "
      "ON CONFLICT(origin, epoch) DO UPDATE SET size = excluded.size, root = excluded.root, "
      "frontier = excluded.frontier, note = excluded.note, sequence = excluded.sequence, "
      "seen_ms = excluded.seen_ms",
      log.origin, log.epoch, head.frontier.size(), head.frontier.Root(),
      EncodeHashes(head.frontier.hashes()), head.note, head.seen_ms);
}

Status SawHead(Connection& connection, LogId log, std::int64_t now_ms) {
  return connection.Execute(
      "UPDATE log_head SET seen_ms = max(seen_ms, ?) WHERE origin = ? AND epoch = ?", now_ms,
      log.origin, log.epoch);
}

Status SawAgain(Connection& connection, const std::string& peer, std::int64_t now_ms) {
  return connection.Execute(
      "UPDATE log_head SET seen_ms = max(seen_ms, ?) "
      "WHERE origin IN (SELECT id FROM origin WHERE peer = ?) AND epoch = "
      "(SELECT max(epoch) FROM log_head latest WHERE latest.origin = log_head.origin)",
      now_ms, peer);
}

Result<std::vector<EpochHead>> ListEpochs(Connection& connection, std::int64_t origin) {
  std::vector<EpochHead> epochs;
  auto rows = connection.Query(
      "SELECT epoch, note FROM log_head WHERE origin = ? AND note != '' ORDER BY epoch", origin);
  while (rows.Next()) epochs.push_back({static_cast<std::uint64_t>(rows.Int(0)), rows.Text(1)});
  TRY(rows.status());
  return epochs;
}

Result<JournalPlace> FindJournalPlace(Connection& connection) {
  auto rows = connection.Query(
      "SELECT id, (SELECT coalesce(max(sequence), 0) FROM log_head) FROM heads_journal");
  JournalPlace place;
  if (rows.Next()) place = {rows.Text(0), static_cast<std::uint64_t>(rows.Int(1))};
  TRY(rows.status());
  return place;
}

Result<std::optional<HeadsPage>> ReadHeads(Connection& connection, const JournalPlace& since,
                                           std::int64_t now_ms) {
  const auto now = TRY(FindJournalPlace(connection));
  const bool is_known = since.journal == now.journal && since.sequence <= now.sequence;
  const std::uint64_t after = is_known ? since.sequence : 0;
  if (is_known && after == now.sequence) return std::optional<HeadsPage>();
  HeadsPage page{{now.journal, after}, {}};
  std::size_t bytes = 0;
  bool is_cut = false;
  auto rows = connection.Query(
      "SELECT sequence, seen_ms, note, origin, epoch FROM log_head WHERE sequence > ? AND "
      "note != '' ORDER BY sequence LIMIT ?",
      after, kMaxHeadsAtOnce);
  while (rows.Next()) {
    const LogId log{rows.Int(3), static_cast<std::uint64_t>(rows.Int(4))};
    std::string note = TRY(AddCosignatures(connection, log, rows.Text(2)));
    bytes += note.size() + 64;  // its line, at most
    is_cut = bytes > kMaxHeadsBytes;
    if (is_cut) break;
    page.upto.sequence = static_cast<std::uint64_t>(rows.Int(0));
    const auto age_ms = std::max<std::int64_t>(0, now_ms - rows.Int(1));
    page.heads.push_back({static_cast<std::uint64_t>(age_ms / 1000), std::move(note)});
  }
  TRY(rows.status());
  if (!is_cut && page.heads.size() < kMaxHeadsAtOnce) page.upto.sequence = now.sequence;
  return std::optional(std::move(page));
}

}  // namespace banyan::federation
