#include "federation/log_marks.h"

namespace banyan::federation {

using storage::Connection;

Status MarkLog(Connection& connection, LogId log, const Frontier& head) {
  TRY(connection.Execute("DELETE FROM log_mark WHERE origin = ? AND epoch = ? AND size > ?",
                         log.origin, log.epoch, head.size()));
  return connection.Execute(
      "INSERT INTO log_mark(origin, epoch, size, frontier) SELECT ?1, ?2, ?3, ?4 "
      "WHERE ?3 >= ?5 + (SELECT coalesce(max(size), 0) FROM log_mark WHERE origin = ?1 "
      "AND epoch = ?2)",
      log.origin, log.epoch, head.size(), EncodeHashes(head.hashes()), kMarkEntries);
}

Result<Frontier> FindMark(Connection& connection, LogId log, std::uint64_t size) {
  auto rows = connection.Query(
      "SELECT size, frontier FROM log_mark WHERE origin = ? AND epoch = ? AND size <= ? "
      "ORDER BY size DESC LIMIT 1",
      log.origin, log.epoch, size);
  Result<Frontier> mark = Frontier();
  if (rows.Next()) {
    mark = Frontier::From(static_cast<std::uint64_t>(rows.Int(0)), DecodeHashes(rows.Blob(1)));
  }
  TRY(Status(rows.status()));
  return mark;
}

Bytes EncodeHashes(const std::vector<LogHash>& hashes) {
  ByteWriter out;
  for (const auto& hash : hashes) out.Raw(hash.bytes());
  return out.Take();
}

std::vector<LogHash> DecodeHashes(ByteView bytes) {
  std::vector<LogHash> hashes;
  for (; bytes.size() >= LogHash::kSize; bytes = bytes.subspan(LogHash::kSize)) {
    hashes.push_back(LogHash::FromRaw(bytes.first(LogHash::kSize)));
  }
  return hashes;
}

}  // namespace banyan::federation
