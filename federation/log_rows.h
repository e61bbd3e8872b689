#pragma once
// The entries of a log as rows of the catalog, the own log's and mirrored ones' alike. The rows are
// the truth; tiles and bundles are made from them (log_files.h). Functions work on the connection
// they are given.

#include <cstdint>
#include <vector>

#include "storage/base/sqlite.h"

namespace banyan::federation {

// One epoch of an origin's log; `origin` is a row of the table origin.
struct LogId {
  std::int64_t origin = 0;
  std::uint64_t epoch = 0;
};

Result<std::uint64_t> CountEntries(storage::Connection& connection, LogId log);

// Returns the position. Inside Database::Write.
Result<std::uint64_t> AppendEntry(storage::Connection& connection, LogId log, ByteView entry);

// Entries `from` to `from + count`. Corrupt when one of them is missing.
Result<std::vector<Bytes>> ReadEntries(storage::Connection& connection, LogId log,
                                       std::uint64_t from, std::uint64_t count);

}  // namespace banyan::federation
