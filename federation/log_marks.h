#pragma once
// What a log led to at sizes on its way, as rows of the catalog: with them an older head is
// compared without hashing all entries from the first one on. Functions work on the connection they
// are given.
//
//   0 ──────────────── mark ──────────────── mark ────── head
//                       └─▶ entries from here on ─▶ what an older size leads to

#include <vector>

#include "federation/log_rows.h"

namespace banyan::federation {

inline constexpr std::uint64_t kMarkEntries = 1024;  // between two, at least

// The entries of the log lead to `head`, which is its size from now on: later marks go, and it
// becomes one when the last is far enough. Inside Database::Write.
Status MarkLog(storage::Connection& connection, LogId log, const Frontier& head);
// The last one that has not more than `size` entries; an empty frontier when there is none.
Result<Frontier> FindMark(storage::Connection& connection, LogId log, std::uint64_t size);

// The hashes of a frontier as one blob, and back.
Bytes EncodeHashes(const std::vector<LogHash>& hashes);
std::vector<LogHash> DecodeHashes(ByteView bytes);

}  // namespace banyan::federation
