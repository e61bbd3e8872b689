#include "federation/card_writer.h"

#include <algorithm>

#include "federation/card_meta.h"
#include "federation/open_objects.h"
#include "storage/base/logging.h"

namespace banyan::federation {
namespace {

using storage::Connection;

constexpr std::size_t kAtOnce = 64;
constexpr std::int64_t kSetAsideMs = 600'000;
constexpr std::int64_t kDayS = 24 * 3600;
constexpr std::int64_t kEarliestS = 1'767'225'600;  // 2026: no machine of today is right before it

// Does the last card say it already? Its numbers, time and salt are its own.
bool SaysTheSame(const CardDraft& draft, const CardRow& last) {
  Card card = draft.card;
  card.repository = last.card.repository;
  card.number = last.card.number;
  card.previous = last.card.previous;
  card.meta = last.card.meta;
  card.time_s = last.card.time_s;
  if (card != last.card) return false;
  if (draft.meta.is_null()) return last.meta.empty();
  const auto meta = OpenMeta(last.meta);
  return meta && *meta == draft.meta;
}

bool IsUrgent(const CardDraft& draft, const Card& last) {
  const auto licence = [](const Card& card) {
    return card.content ? card.content->licence : std::string();
  };
  return draft.card.status != last.status || draft.card.access != last.access ||
         licence(draft.card) != licence(last);
}

}  // namespace

CardWriter::CardWriter(storage::Database& database, storage::ContentStore& store,
                       const OwnOrigin& origin, Random& random, Clock& clock)
    : database_(database), store_(store), origin_(origin), random_(random), clock_(clock) {}

Result<CardReport> CardWriter::WriteDue() {
  std::vector<std::int64_t> due;
  {
    auto lease = TRY(database_.Read());
    due = TRY(ListDue(*lease));
  }
  std::erase_if(due, [&](std::int64_t repository) { return IsSetAside(repository); });
  CardReport report;
  Status first;
  for (std::size_t at = 0; at < due.size(); at += kAtOnce) {
    const auto some = std::span(due).subspan(at, std::min(kAtOnce, due.size() - at));
    if (WriteSome(some, report)) continue;
    for (const auto& repository : some) {  // one of them fails: each by itself
      const Status done = WriteSome({&repository, 1}, report);
      if (done) continue;
      set_aside_ms_[repository] = clock_.MonotonicMs();
      log::Warning("federation", "event=card_failed repository={} error=\"{}\"", repository,
                   done.error().message());
      if (first) first = done;
    }
  }
  TRY(std::move(first));
  return report;
}

bool CardWriter::IsSetAside(std::int64_t repository) {
  const auto failed = set_aside_ms_.find(repository);
  if (failed == set_aside_ms_.end()) return false;
  if (clock_.MonotonicMs() - failed->second < kSetAsideMs) return true;
  set_aside_ms_.erase(failed);
  return false;
}

// In one transaction, which is one wait for the disk.
Status CardWriter::WriteSome(std::span<const std::int64_t> repositories, CardReport& report) {
  CardReport some = report;
  TRY(database_.Write([&](Connection& connection) -> Status {
    for (const auto repository : repositories) {
      const auto outcome = TRY(WriteOne(connection, repository));
      some.written += outcome == Outcome::Written ? 1 : 0;
      some.waiting += outcome == Outcome::Waits ? 1 : 0;
    }
    return Ok();
  }));
  report = some;
  return Ok();
}

Result<std::optional<CardDraft>> CardWriter::Draft(Connection& connection,
                                                   std::int64_t repository) {
  const auto found = storage::GetRepository(connection, repository);
  if (!found && found.error().code() != Errc::NotFound) return found.error();
  if (!found || found->is_private) return std::optional(DraftWithdrawal());
  if (found->described != found->head) return std::optional<CardDraft>();
  return std::optional(TRY(DraftCard(connection, store_, *found)));
}

Result<CardWriter::Outcome> CardWriter::WriteOne(Connection& connection, std::int64_t repository) {
  const auto last = TRY(FindCard(connection, origin_.log, repository));
  auto draft = TRY(Draft(connection, repository));
  if (!draft) return Outcome::Waits;
  const bool is_unknown = !last && draft->card.status == CardStatus::Withdrawn;
  if (is_unknown || (last && SaysTheSame(*draft, *last))) {
    TRY(ClearDue(connection, repository));
    return Outcome::Nothing;
  }
  if (last && !IsUrgent(*draft, last->card)) {
    const auto age_ms = clock_.NowMs() - last->written_ms;
    if (age_ms >= 0 && age_ms < kCardPauseMs) return Outcome::Waits;
  }
  TRY(Append(connection, repository, *std::move(draft), last));
  TRY(ClearDue(connection, repository));
  return Outcome::Written;
}

Status CardWriter::RequireClock(const Card& last) const {
  const std::int64_t now_s = clock_.NowMs() / 1000;
  if (now_s >= kEarliestS && now_s >= last.time_s - kDayS) return Ok();
  return Error(Errc::Unavailable, "the clock says " + ToIsoTime(clock_.NowMs()) +
                                      ", which is before what was signed already: set it, then "
                                      "the cards that wait are written");
}

Status CardWriter::Append(Connection& connection, std::int64_t repository, CardDraft draft,
                          const std::optional<CardRow>& last) {
  Card& card = draft.card;
  TRY(RequireClock(last ? last->card : Card()));
  card.time_s = clock_.NowMs() / 1000;
  if (last) {
    card.repository = last->key;
    card.number = last->card.number + 1;
    card.previous = last->leaf;
  }
  Bytes meta;
  if (!draft.meta.is_null()) {
    const auto same = last ? OpenMeta(last->meta) : Error(Errc::NotFound, "no card yet");
    meta = same && *same == draft.meta ? last->meta : SealMeta(std::move(draft.meta), random_);
    card.meta = HashSha256(meta);
  }
  const auto row = TRY(WriteCard(connection, origin_.log, repository, card, meta, clock_.NowMs()));
  const auto history = TRY(storage::History::Open(connection, store_, repository));
  return OpenObjects(*history, row, card);
}

}  // namespace banyan::federation
