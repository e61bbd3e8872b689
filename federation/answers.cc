#include "federation/answers.h"

#include <algorithm>

#include "federation/card_meta.h"
#include "federation/log_card.h"
#include "federation/receipts.h"
#include "storage/base/json.h"

namespace banyan::federation {
namespace {

using storage::Answer;
using storage::Answered;
using storage::Connection;
using storage::Repository;
using storage::Standing;

constexpr std::int64_t kDayMs = 24 * 3'600'000;
constexpr std::size_t kFollowedAtOnce = 256;

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

// Stated and decided since `since_ms`. A day that is set is never moved nearer.
Answered AnswerTo(const Decision& decision, const Answered& before, std::int64_t since_ms) {
  Answered answered{AnswerOf(decision.action), {}};
  if (decision.action != Action::Delete) return answered;
  const auto due_ms = since_ms + decision.after_days * kDayMs;
  answered.delete_ms = std::max(before.delete_ms.value_or(due_ms), due_ms);
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
  const bool goes_on =
      stated.standing == repository.standing &&
      AnswerOf(decision.action) == repository.answered.answer &&
      (decision.action == Action::Delete) == repository.answered.delete_ms.has_value();
  const auto since_ms = goes_on ? repository.answered_ms : now_ms;
  const auto answered = AnswerTo(decision, repository.answered, since_ms);
  if (stated.standing != repository.standing || answered != repository.answered) {
    TRY(storage::SetStanding(connection, repository.row, stated.standing, answered, since_ms));
  }
  const auto action = static_cast<Action>(answered.answer);  // a deletion that waits is a stop
  if (stated.card == 0 || action == stated.said) return Ok();
  return NoteReceipt(connection, stated.card, action, repository.stored_bytes, now_ms);
}

// A card that is followed.
struct Followed {
  std::int64_t card = 0;
  LogId log;
  std::uint64_t position = 0;
  bool is_passed_over = false;
  std::string selected;  // what of its files
  Bytes meta;
  Judged judged;
};

// The next ones after that row: their names are in memory.
Result<std::vector<Followed>> ListFollowedCards(Connection& connection, const Policy& policy,
                                                std::int64_t after) {
  std::vector<Followed> list;
  auto rows = connection.Query(
      "SELECT m.card, c.origin, c.epoch, c.position, m.passed_over, c.meta, o.node, c.status, "
      "c.reason, c.scope, m.selected FROM mirror m JOIN repository_card c ON c.id = m.card "
      "JOIN origin o ON o.id = c.origin "
      "WHERE c.meta IS NOT NULL AND m.card > ?1 "
      "AND (?2 OR c.status <> 0 OR m.passed_over = 1 OR m.selected <> '') "
      "ORDER BY m.card LIMIT ?3",
      after, policy.JudgesLive() || !policy.selections.empty(), kFollowedAtOnce);
  while (rows.Next()) {
    const Bytes meta(rows.Blob(5).begin(), rows.Blob(5).end());
    list.push_back(
        {rows.Int(0),
         {rows.Int(1), static_cast<std::uint64_t>(rows.Int(2))},
         static_cast<std::uint64_t>(rows.Int(3)),
         rows.Int(4) != 0,
         rows.Text(10),
         meta,
         {NodeId(rows.DigestAt<LogHash>(6)), NameInMeta(meta).value_or(storage::RepositoryId()),
          storage::ReadStanding(rows, 7)}});
  }
  TRY(rows.status());
  return list;
}

// nullopt: it is not fetched.
Result<std::optional<ContentSelection>> SelectionOf(Connection& connection, const Policy& policy,
                                                    const Followed& followed) {
  if (storage::Withholds(AnswerOf(Decide(policy, followed.judged).action))) {
    return std::optional<ContentSelection>();
  }
  if (policy.selections.empty()) return std::optional(ContentSelection());
  const auto card = ReadCard(connection, followed.log, followed.position);
  if (!card && card.error().code() != Errc::Invalid) return card.error();
  const auto meta = OpenMeta(followed.meta);
  if (!card || !meta) return std::optional<ContentSelection>();
  return SelectContent(policy, {*followed.judged.origin, followed.judged.id, *card, *meta});
}

// What is passed over stays as it is, if it is here.
Status AnswerFollowed(Connection& connection, const Policy& policy, const Followed& followed) {
  const auto selection = TRY(SelectionOf(connection, policy, followed));
  const bool is_passed_over = !selection;
  const auto selected = selection ? selection->ToString() : followed.selected;
  if (is_passed_over == followed.is_passed_over && selected == followed.selected) return Ok();
  return connection.Execute("UPDATE mirror SET passed_over = ?, selected = ? WHERE card = ?",
                            is_passed_over, selected, followed.card);
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
  std::vector<Followed> followed;
  do {
    followed =
        TRY(ListFollowedCards(connection, policy, followed.empty() ? 0 : followed.back().card));
    for (const auto& card : followed) TRY(AnswerFollowed(connection, policy, card));
  } while (!followed.empty());
  return Ok();
}

}  // namespace banyan::federation
