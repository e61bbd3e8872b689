#pragma once
// The entries of a log as rows of the catalog, the own log's and mirrored ones' alike. The rows are
// the truth; tiles and bundles are made from them (log_files.h). Functions work on the connection
// they are given.

#include <cstdint>
#include <functional>
#include <vector>

#include "federation/format/log_hash.h"
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

// Calls `visit` with the entries [from, until) in order; only some are in memory at a time.
using EntryVisitor = std::function<void(ByteView entry)>;
Status ForEachEntry(storage::Connection& connection, LogId log, std::uint64_t from,
                    std::uint64_t until, const EntryVisitor& visit);
// What the first `size` entries lead to, by those after the last mark before it (log_marks.h).
Result<Frontier> ReadFrontier(storage::Connection& connection, LogId log, std::uint64_t size);
// The root of the entries [from, until), as if they were a log of their own.
Result<LogHash> HashEntries(storage::Connection& connection, LogId log, std::uint64_t from,
                            std::uint64_t until);

}  // namespace banyan::federation
