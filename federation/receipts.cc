#include "federation/receipts.h"

#include "federation/format/canonical_json.h"
#include "storage/base/json.h"

namespace banyan::federation {
namespace {

using storage::Connection;
using storage::StandingReason;

constexpr std::size_t kMaxAtOnce = 1000;
constexpr std::int64_t kMaxReceiptsOfNode = 100;

struct DueReceipt {
  std::int64_t card = 0;
  Block block;
};

Result<std::vector<DueReceipt>> ListDueReceipts(Connection& connection) {
  std::vector<DueReceipt> due;
  auto rows = connection.Query(
      "SELECT receipt.card, key, leaf, reason, action, since_ms FROM receipt "
      "JOIN repository_card ON repository_card.id = receipt.card "
      "WHERE is_due = 1 ORDER BY receipt.card LIMIT ?",
      kMaxAtOnce);
  while (rows.Next()) {
    DueReceipt receipt;
    receipt.card = rows.Int(0);
    receipt.block.what = BlockSubject(rows.DigestAt<RepositoryKey>(1));
    receipt.block.card = rows.DigestAt<LogHash>(2);
    if (!rows.IsNull(3)) receipt.block.reason = static_cast<StandingReason>(rows.Int(3));
    receipt.block.action = static_cast<Action>(rows.Int(4));
    receipt.block.time_s = rows.Int(5) / 1000;
    due.push_back(receipt);
  }
  TRY(rows.status());
  return due;
}

// What was never said to be stopped need not be said to go on.
Result<std::size_t> CountSaid(Connection& connection, LogId own, const Sha256& what) {
  auto rows = connection.Query("SELECT count(*) FROM block_entry WHERE what = ? AND origin = ?",
                               what, own.origin);
  const auto count = rows.Next() ? static_cast<std::size_t>(rows.Int(0)) : 0;
  TRY(rows.status());
  return count;
}

}  // namespace

Status NoteReceipt(Connection& connection, std::int64_t card, Action action, std::uint64_t bytes,
                   std::int64_t now_ms) {
  return connection.Execute(
      "INSERT INTO receipt(card, action, since_ms, bytes, is_due) VALUES(?, ?, ?, ?, 1) "
      "ON CONFLICT(card) DO UPDATE SET action = excluded.action, since_ms = excluded.since_ms, "
      "bytes = excluded.bytes, is_due = 1",
      card, static_cast<int>(action), now_ms, bytes);
}

Result<std::size_t> WriteReceipts(storage::Database& database, LogId own, const Policy& policy,
                                  std::int64_t now_ms) {
  {
    auto lease = TRY(database.Read());
    if (TRY(ListDueReceipts(*lease)).empty()) return std::size_t{0};
    TRY(RequireSigningClock(*lease, own, now_ms));
  }
  std::size_t written = 0;
  TRY(database.Write([&](Connection& connection) -> Status {
    written = 0;
    for (auto& [card, block] : TRY(ListDueReceipts(connection))) {
      TRY(connection.Execute("UPDATE receipt SET is_due = 0 WHERE card = ?", card));
      if (!policy.publishes_receipts || policy.unpublished.contains(block.reason)) continue;
      if (block.action == Action::Keep && TRY(CountSaid(connection, own, block.what)) == 0)
        continue;
      const Bytes entry = block.Render();
      const auto position = TRY(AppendEntry(connection, own, entry));
      TRY(TakeBlock(connection, own, position, TRY(ParseCanonical(entry))));
      ++written;
    }
    return Ok();
  }));
  return written;
}

Status TakeBlock(Connection& connection, LogId log, std::uint64_t position, const Json& entry) {
  const auto block = Block::Parse(entry);
  if (!block || FindMember(entry, "crit") != nullptr) return Ok();
  return connection.Execute(
      "INSERT INTO block_entry(what, origin, epoch, position, action, reason, time_s) "
      "VALUES(?, ?, ?, ?, ?, ?, ?)",
      block->what, log.origin, log.epoch, position, static_cast<int>(block->action),
      static_cast<int>(block->reason), block->time_s);
}

Result<std::vector<Receipt>> ListReceipts(Connection& connection, const RepositoryKey& key) {
  std::vector<Receipt> receipts;
  auto rows = connection.Query(
      "SELECT node, action, reason, time_s FROM (SELECT *, row_number() OVER (PARTITION BY origin "
      "ORDER BY epoch DESC, position DESC) AS age FROM block_entry WHERE what = ?) AS said "
      "JOIN origin ON origin.id = said.origin WHERE age <= ? "
      "ORDER BY origin.own DESC, origin.id, epoch, position",
      BlockSubject(key), kMaxReceiptsOfNode);
  while (rows.Next()) {
    receipts.push_back({NodeId(rows.DigestAt<LogHash>(0)), static_cast<Action>(rows.Int(1)),
                        static_cast<StandingReason>(rows.Int(2)), rows.Int(3)});
  }
  TRY(rows.status());
  return receipts;
}

}  // namespace banyan::federation
