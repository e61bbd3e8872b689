#include "storage/base/sqlite_log.h"

#include <algorithm>

namespace banyan::storage {
namespace {

// SQLite's own files take less than 128 KiB at once.
constexpr sqlite3_int64 kBlockBytes = 64 << 10;

Status Check(int code, std::string_view doing) {
  if (code == SQLITE_OK) return Ok();
  const std::string message =
      "catalog: " + std::string(doing) + " the log of the last run: " + sqlite3_errstr(code);
  return Error((code & 0xff) == SQLITE_FULL ? Errc::NoSpace : Errc::Io, message);
}

// In place, because the bytes are the same: whatever a power cut leaves of it, the log is no
// shorter than it was on disk before.
Status RewriteFile(sqlite3_file* log) {
  sqlite3_int64 size_bytes = 0;
  TRY(Check(log->pMethods->xFileSize(log, &size_bytes), "measuring"));
  if (size_bytes == 0) return Ok();
  Bytes block;
  for (sqlite3_int64 at = 0; at < size_bytes;) {
    const auto part = static_cast<int>(std::min(kBlockBytes, size_bytes - at));
    block.resize(static_cast<std::size_t>(part));
    TRY(Check(log->pMethods->xRead(log, block.data(), part, at), "reading"));
    TRY(Check(log->pMethods->xWrite(log, block.data(), part, at), "rewriting"));
    at += part;
  }
  return Check(log->pMethods->xSync(log, SQLITE_SYNC_NORMAL), "syncing");
}

}  // namespace

Status RewriteLog(Connection& connection) {
  TRY(connection.Execute("BEGIN IMMEDIATE"));  // opens the log; nobody else appends meanwhile
  sqlite3_file* log = nullptr;
  const int code =
      sqlite3_file_control(connection.handle(), "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
  Status status = Check(code, "finding");
  if (status && log != nullptr && log->pMethods != nullptr) status = RewriteFile(log);
  (void)connection.Execute("ROLLBACK").has_value();
  return status;
}

}  // namespace banyan::storage
