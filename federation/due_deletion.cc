#include "federation/due_deletion.h"

#include "federation/receipts.h"
#include "storage/catalog/repositories.h"

namespace banyan::federation {
namespace {

using storage::Connection;

constexpr std::int64_t kDayMs = 24 * 3'600'000;

struct Heap {
  std::uint64_t repositories = 0;
  std::uint64_t bytes = 0;
};

Result<Heap> ReadHeap(storage::Rows rows) {
  Heap heap;
  if (rows.Next()) {
    heap = {static_cast<std::uint64_t>(rows.Int(0)), static_cast<std::uint64_t>(rows.Int(1))};
  }
  TRY(rows.status());
  return heap;
}

// What goes of an origin within a day, or went in the last one, and what is or was held of it.
struct Going {
  Heap going;
  Heap held;
};

Result<Going> ReadGoing(Connection& connection, std::int64_t origin, std::int64_t now_ms) {
  const auto here = TRY(
      ReadHeap(connection.Query("SELECT count(*), coalesce(sum(stored_bytes), 0) FROM repository "
                                "WHERE coalesce(origin, 0) = ?",
                                origin)));
  const auto due = TRY(
      ReadHeap(connection.Query("SELECT count(*), coalesce(sum(stored_bytes), 0) FROM repository "
                                "WHERE delete_ms <= ? AND coalesce(origin, 0) = ?",
                                now_ms + kDayMs, origin)));
  const auto gone =
      TRY(ReadHeap(connection.Query("SELECT count(*), coalesce(sum(bytes), 0) FROM receipt "
                                    "JOIN repository_card ON repository_card.id = receipt.card "
                                    "WHERE receipt.action = ? AND since_ms > ? AND origin = ?",
                                    static_cast<int>(Action::Delete), now_ms - kDayMs, origin)));
  return Going{{due.repositories + gone.repositories, due.bytes + gone.bytes},
               {here.repositories + gone.repositories, here.bytes + gone.bytes}};
}

bool IsBraked(const Brake& brake, const Going& state) {
  const auto hundredth = static_cast<double>(state.held.bytes) / 100;
  return state.going.repositories > brake.repositories &&
         static_cast<double>(state.going.bytes) > hundredth * static_cast<double>(brake.percent);
}

struct DueRow {
  std::int64_t repository = 0;
  std::int64_t origin = 0;
  std::int64_t card = 0;
  std::uint64_t bytes = 0;
};

Result<std::vector<DueRow>> ListDueRows(Connection& connection, std::int64_t now_ms) {
  std::vector<DueRow> due;
  auto rows = connection.Query(
      "SELECT r.id, r.origin, c.id, r.stored_bytes FROM repository r "
      "LEFT JOIN repository_card c ON c.repository = r.id AND c.origin = r.origin "
      "WHERE r.delete_ms <= ? ORDER BY r.delete_ms, r.id",
      now_ms);
  while (rows.Next()) {
    due.push_back({rows.Int(0), rows.Int(1), rows.Int(2), static_cast<std::uint64_t>(rows.Int(3))});
  }
  TRY(rows.status());
  return due;
}

}  // namespace

Result<std::int64_t> DeleteOneDue(Connection& connection, const Policy& policy,
                                  std::int64_t now_ms) {
  std::set<std::int64_t> braked;
  for (const auto& due : TRY(ListDueRows(connection, now_ms))) {
    if (braked.contains(due.origin)) continue;
    if (IsBraked(policy.brake, TRY(ReadGoing(connection, due.origin, now_ms)))) {
      braked.insert(due.origin);
      continue;
    }
    TRY(storage::DeleteRepository(connection, due.repository));
    if (due.card == 0) return due.repository;
    TRY(connection.Execute("UPDATE mirror SET leaf = NULL, session = '' WHERE card = ?", due.card));
    TRY(NoteReceipt(connection, due.card, Action::Delete, due.bytes, now_ms));
    return due.repository;
  }
  return std::int64_t{0};
}

}  // namespace banyan::federation
