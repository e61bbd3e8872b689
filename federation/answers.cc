#include "federation/answers.h"

#include <algorithm>

#include "federation/card_meta.h"
#include "federation/receipts.h"

namespace banyan::federation {
namespace {

using storage::Answer;
using storage::Answered;
using storage::Connection;
using storage::Repository;
using storage::Standing;

constexpr std::int64_t kDayMs = 24 * 3'600'000;

Answer AnswerOf(Action action) {
  switch (action) {
    case Action::Keep: return Answer::Keep;
    case Action::Hide: return Answer::Hide;
    case Action::Stop:
    case Action::Delete: return Answer::Stop;
    case Action::Archive: return Answer::Archive;
  }
  return Answer::Stop;
}

Answered AnswerTo(const Decision& decision, const Answered& before, std::int64_t now_ms) {
  Answered answered{AnswerOf(decision.action), {}};
  if (decision.action != Action::Delete) return answered;
  answered.delete_ms = before.delete_ms.value_or(now_ms + decision.after_days * kDayMs);
  return answered;
}

// A repository that is here, and what its publisher states of it by now.
struct Stated {
  std::int64_t repository = 0;
  std::int64_t card = 0;  // of a mirror
  std::optional<NodeId> origin;
  Standing standing;
  Action said = Action::Keep;  // by the last receipt
};

Result<std::vector<Stated>> ListStated(Connection& connection, bool judges_live) {
  std::vector<Stated> stated;
  auto rows = connection.Query(
      "SELECT r.id, c.id, o.node, coalesce(c.status, r.status), "
      "CASE WHEN c.id IS NULL THEN r.reason ELSE c.reason END, coalesce(c.scope, r.scope), "
      "coalesce(t.action, 0) FROM repository r LEFT JOIN origin o ON o.id = r.origin "
      "LEFT JOIN repository_card c ON c.repository = r.id AND c.origin = r.origin "
      "LEFT JOIN receipt t ON t.card = c.id "
      "WHERE ?1 OR r.status <> 0 OR r.answer <> 0 OR c.status <> 0 OR t.action <> r.answer",
      judges_live);
  while (rows.Next()) {
    Stated item{rows.Int(0),
                rows.Int(1),
                {},
                storage::ReadStanding(rows, 3),
                static_cast<Action>(rows.Int(6))};
    if (!rows.IsNull(2)) item.origin = NodeId(rows.DigestAt<LogHash>(2));
    stated.push_back(std::move(item));
  }
  TRY(rows.status());
  return stated;
}

Status AnswerRepository(Connection& connection, const Policy& policy, const Stated& stated,
                        std::int64_t now_ms) {
  const auto repository = TRY(storage::GetRepository(connection, stated.repository));
  const auto decision = Decide(policy, {stated.origin, repository.id, stated.standing});
  const auto answered = AnswerTo(decision, repository.answered, now_ms);
  if (stated.standing != repository.standing || answered != repository.answered) {
    TRY(storage::SetStanding(connection, repository.row, stated.standing, answered, now_ms));
  }
  const auto action = static_cast<Action>(answered.answer);  // a deletion that waits is a stop
  if (stated.card == 0 || action == stated.said) return Ok();
  return NoteReceipt(connection, stated.card, action, repository.stored_bytes, now_ms);
}

// Cards that are followed and not here, or not in the state of their card.
Status AnswerFollowed(Connection& connection, const Policy& policy) {
  struct Followed {
    std::int64_t card = 0;
    bool is_withheld = false;
  };
  std::vector<Followed> changed;
  {
    auto rows = connection.Query(
        "SELECT m.card, m.is_withheld, o.node, c.meta, c.status, c.reason, c.scope FROM mirror m "
        "JOIN repository_card c ON c.id = m.card JOIN origin o ON o.id = c.origin "
        "WHERE c.meta IS NOT NULL AND (?1 OR c.status <> 0 OR m.is_withheld = 1)",
        policy.JudgesLive());
    while (rows.Next()) {
      Judged judged{NodeId(rows.DigestAt<LogHash>(2)), {}, storage::ReadStanding(rows, 4)};
      judged.id = NameInMeta(rows.Blob(3)).value_or(storage::RepositoryId());
      const bool is_withheld = storage::Withholds(AnswerOf(Decide(policy, judged).action));
      if (is_withheld != (rows.Int(1) != 0)) changed.push_back({rows.Int(0), is_withheld});
    }
    TRY(rows.status());
  }
  for (const auto& [card, is_withheld] : changed) {
    TRY(connection.Execute("UPDATE mirror SET is_withheld = ? WHERE card = ?", is_withheld, card));
  }
  return Ok();
}

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

Status StateOwn(Connection& connection, const Policy& policy, const Repository& repository,
                const Standing& standing, std::int64_t now_ms) {
  ENSURE(repository.origin == 0);
  const auto decision = Decide(policy, {{}, repository.id, standing});
  const auto answered = AnswerTo(decision, {}, now_ms);
  return storage::SetStanding(connection, repository.row, standing, answered, now_ms);
}

Status ApplyPolicy(Connection& connection, const Policy& policy, std::int64_t now_ms) {
  for (const auto& stated : TRY(ListStated(connection, policy.JudgesLive()))) {
    TRY(AnswerRepository(connection, policy, stated, now_ms));
  }
  return AnswerFollowed(connection, policy);
}

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
