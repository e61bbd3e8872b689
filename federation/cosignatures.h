#pragma once
// Who holds a log up to where, as its mirrors signed it (PROTOCOL.md section 14). "Every entry of
// the log is here" is all that a cosignature says: what is held of the content of repositories is
// another statement. Of each cosigner the one of the largest head is kept, as a row of the catalog.
//
//   head stored with all its entries ─▶ CosignHeads ─▶ row, durable ─▶ AddCosignatures ─▶ peers
//   head shown by a peer ─▶ TakeCosignatures: those of known nodes ─▶ row
//                        └▶ RememberOwn: what this node signed and does not know any more ─▶ row
//
// Functions work on the connection they are given; those that change something inside
// Database::Write, unless they are given the database.

#include "federation/format/node_id.h"
#include "federation/log_rows.h"
#include "storage/base/signing.h"

namespace banyan::federation {

inline constexpr std::size_t kMaxCosignatures = 16;  // of one head, the own one among them

// This node, with its key of the role mirror.
struct Cosigner {
  NodeId node;
  SigningKey key;
};

// Cosigns each signed head of the logs of others whose every entry is here, unless it did. Never a
// head of a log that was stopped, nor one that is smaller than, or does not go on from, one that it
// cosigned before as far as it knows; nor with a clock that is plainly wrong.
Status CosignHeads(storage::Connection& connection, const Cosigner& cosigner, std::int64_t now_ms);

// The note is a head of `log` that somebody showed; nothing of it was verified. Kept are
// cosignatures by nodes whose key is known here, of a head that the entries here lead to; of all
// cosigners at most `most`, those of the largest heads. What is wrong is passed over.
Status TakeCosignatures(storage::Database& database, LogId log, const std::string& note,
                        std::size_t most, std::int64_t now_ms);
// A cosignature of this node's own on it is one that it may not know any more, because an older
// copy of it was put back: from now on it does not go back behind it.
Status RememberOwn(storage::Database& database, LogId log, const std::string& note);

// The note, a head of `log`, with the cosignatures of exactly that head that are kept.
Result<std::string> AddCosignatures(storage::Connection& connection, LogId log, std::string note);

// A node that signed that it holds a log up to there.
struct Holder {
  NodeId node;
  std::uint64_t size = 0;
  std::uint64_t since_s = 0;  // 1970, as it says
};
// Of the largest head first.
Result<std::vector<Holder>> ListHolders(storage::Connection& connection, LogId log);

}  // namespace banyan::federation
