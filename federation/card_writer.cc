#include "federation/card_writer.h"

#include <algorithm>

#include "federation/card_meta.h"
#include "federation/format/canonical_json.h"
#include "federation/open_objects.h"
#include "storage/base/json.h"
#include "storage/base/logging.h"

namespace banyan::federation {
namespace {

using storage::Connection;

constexpr std::size_t kAtOnce = 64;
constexpr std::int64_t kSetAsideMs = 600'000;
constexpr std::int64_t kHoldMs = 100;  // of the catalog's one writer
constexpr std::int64_t kRunMs = 2'000;

// The next repository would fail as well.
bool IsOfTheMachine(Errc code) {
  return code == Errc::NoSpace || code == Errc::Io || code == Errc::Unavailable;
}

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

bool IsPublic(const std::optional<storage::Repository>& repository) {
  return repository && !repository->is_private;
}

// All that a card of it would state is in the catalog.
bool IsDescribed(const std::optional<storage::Repository>& repository) {
  return !IsPublic(repository) || !repository->standing.HasContent() ||
         repository->described == repository->head;
}

// What must not wait its minute; told by rows alone.
bool IsUrgent(const std::optional<storage::Repository>& repository, const Card& last) {
  if (!IsPublic(repository)) return last.standing.HasContent();
  if (last.standing != repository->standing || last.access != AccessOf(*repository)) return true;
  return last.content && repository->described == repository->head &&
         last.content->licence != LicenceOf(*repository);
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
    std::erase_if(due, [&](std::int64_t repository) { return IsSetAside(repository); });
    if (!due.empty()) TRY(RequireSigningClock(*lease, origin_.log, clock_.NowMs()));
  }
  CardReport report;
  Status first;
  const auto begin_ms = clock_.MonotonicMs();
  for (std::span<const std::int64_t> left(due); !left.empty();) {
    if (clock_.MonotonicMs() - begin_ms > kRunMs) {
      report.waiting += left.size();
      break;
    }
    auto done = WriteSome(left, report);
    if (done) {
      left = left.subspan(*done);
      continue;
    }
    if (IsOfTheMachine(done.error().code())) return std::move(done.error());
    // One of the batch fails: this one by itself, and the others after it.
    done = WriteSome(left.first(1), report);
    if (!done) SetAside(left.front(), done.error());
    if (!done && first) first = done.error();
    left = left.subspan(1);
  }
  TRY(std::move(first));
  return report;
}

// In one transaction, which is one wait for the disk, as many as a short hold of the catalog
// allows.
Result<std::size_t> CardWriter::WriteSome(std::span<const std::int64_t> repositories,
                                          CardReport& report) {
  CardReport some = report;
  std::size_t count = 0;
  TRY(database_.Write([&](Connection& connection) -> Status {
    const auto begin_ms = clock_.MonotonicMs();
    for (const auto repository : repositories) {
      const auto outcome = TRY(WriteOne(connection, repository));
      some.written += outcome == Outcome::Written ? 1 : 0;
      some.waiting += outcome == Outcome::Waits ? 1 : 0;
      if (++count == kAtOnce || clock_.MonotonicMs() - begin_ms > kHoldMs) break;
    }
    return Ok();
  }));
  report = some;
  return count;
}

void CardWriter::SetAside(std::int64_t repository, const Error& error) {
  set_aside_ms_[repository] = clock_.MonotonicMs();
  log::Warning("federation", "event=card_failed repository={} error=\"{}\"", repository,
               error.message());
}

bool CardWriter::IsSetAside(std::int64_t repository) {
  const auto failed = set_aside_ms_.find(repository);
  if (failed == set_aside_ms_.end()) return false;
  if (clock_.MonotonicMs() - failed->second < kSetAsideMs) return true;
  set_aside_ms_.erase(failed);
  return false;
}

Result<std::optional<CardDraft>> CardWriter::Draft(
    Connection& connection, const std::optional<storage::Repository>& repository,
    const std::optional<CardRow>& last) {
  if (!IsPublic(repository)) return std::optional(DraftWithdrawal());
  if (IsDescribed(repository)) {
    return std::optional(TRY(DraftCard(connection, store_, *repository)));
  }
  if (!last || !last->card.content ||
      (last->card.access == AccessOf(*repository) && last->card.standing == repository->standing)) {
    return std::optional<CardDraft>();
  }
  Json meta = TRY(OpenMeta(last->meta));
  // As it was, but for who may read it and how it stands.
  CardDraft draft{last->card, std::move(meta)};
  draft.card.access = AccessOf(*repository);
  draft.card.standing = repository->standing;
  return std::optional(std::move(draft));
}

Result<CardWriter::Outcome> CardWriter::WriteOne(Connection& connection, std::int64_t row) {
  const auto last = TRY(FindCard(connection, origin_.log, row));
  std::optional<storage::Repository> repository;
  if (auto found = storage::GetRepository(connection, row)) {
    repository = *std::move(found);
  } else if (found.error().code() != Errc::NotFound) {
    return found.error();
  }
  if (last && !IsUrgent(repository, last->card)) {
    const auto age_ms = clock_.NowMs() - last->written_ms;
    if (age_ms >= 0 && age_ms < kCardPauseMs) return Outcome::Waits;
  }
  auto draft = TRY(Draft(connection, repository, last));
  if (!draft) return Outcome::Waits;
  // Nothing of it was ever said, or it was taken down before it went away.
  const bool is_over = !draft->card.standing.HasContent() &&
                       (!last || (!IsPublic(repository) && !last->card.standing.HasContent()));
  if (is_over || (last && SaysTheSame(*draft, *last))) {
    TRY(ClearDue(connection, row));
    return Outcome::Nothing;
  }
  TRY(Append(connection, row, *std::move(draft), last));
  if (IsDescribed(repository)) TRY(ClearDue(connection, row));
  return Outcome::Written;
}

Status CardWriter::Append(Connection& connection, std::int64_t repository, CardDraft draft,
                          const std::optional<CardRow>& last) {
  Card& card = draft.card;
  card.time_s = clock_.NowMs() / 1000;
  if (last) {
    card.repository = last->key;
    card.number = last->card.number + 1;
    card.previous = last->leaf;
  }
  Bytes meta;
  if (!draft.meta.is_null()) {
    const auto same = last ? OpenMeta(last->meta) : Error(Errc::NotFound, "no card yet");
    meta = same && *same == draft.meta ? last->meta : TRY(SealMeta(std::move(draft.meta), random_));
    card.meta = HashSha256(meta);
  }
  const auto row = TRY(WriteCard(connection, origin_.log, repository, card, meta, clock_.NowMs()));
  const auto history = TRY(storage::History::Open(connection, store_, repository));
  return OpenObjects(*history, row, card);
}

}  // namespace banyan::federation
