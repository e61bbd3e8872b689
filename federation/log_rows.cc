#include "federation/log_rows.h"

#include <algorithm>

#include "federation/log_marks.h"

namespace banyan::federation {
namespace {

constexpr std::uint64_t kRowsAtOnce = 4096;

}  // namespace

using storage::Connection;

Result<std::uint64_t> CountEntries(Connection& connection, LogId log) {
  auto rows = connection.Query(
      "SELECT coalesce(max(position) + 1, 0) FROM log_entry WHERE origin = ? AND epoch = ?",
      log.origin, log.epoch);
  const bool found = rows.Next();
  TRY(rows.status());
  return found ? static_cast<std::uint64_t>(rows.Int(0)) : 0;
}

Result<std::uint64_t> AppendEntry(Connection& connection, LogId log, ByteView entry) {
  const std::uint64_t position = TRY(CountEntries(connection, log));
  TRY(connection.Execute("INSERT INTO log_entry(origin, epoch, position, entry) VALUES(?, ?, ?, ?)",
                         log.origin, log.epoch, position, entry));
  return position;
}

Result<std::vector<Bytes>> ReadEntries(Connection& connection, LogId log, std::uint64_t from,
                                       std::uint64_t count) {
  std::vector<Bytes> entries;
  auto rows = connection.Query(
      "SELECT entry FROM log_entry WHERE origin = ? AND epoch = ? AND position >= ? "
      "AND position < ? ORDER BY position",
      log.origin, log.epoch, from, from + count);
  while (rows.Next()) entries.emplace_back(rows.Blob(0).begin(), rows.Blob(0).end());
  TRY(rows.status());
  if (entries.size() != count) {
    return Error(Errc::Corrupt, "catalog: the log lacks entries between " + std::to_string(from) +
                                    " and " + std::to_string(from + count));
  }
  return entries;
}

Status ForEachEntry(Connection& connection, LogId log, std::uint64_t from, std::uint64_t until,
                    const EntryVisitor& visit) {
  while (from < until) {
    const auto count = std::min(kRowsAtOnce, until - from);
    for (const auto& entry : TRY(ReadEntries(connection, log, from, count))) visit(entry);
    from += count;
  }
  return Ok();
}

Result<Frontier> ReadFrontier(Connection& connection, LogId log, std::uint64_t size) {
  Frontier frontier = TRY(FindMark(connection, log, size));
  TRY(ForEachEntry(connection, log, frontier.size(), size,
                   [&](ByteView entry) { frontier.Append(HashLeaf(entry)); }));
  return frontier;
}

Result<LogHash> HashEntries(Connection& connection, LogId log, std::uint64_t from,
                            std::uint64_t until) {
  Frontier frontier;
  TRY(ForEachEntry(connection, log, from, until,
                   [&](ByteView entry) { frontier.Append(HashLeaf(entry)); }));
  return frontier.Root();
}

}  // namespace banyan::federation
