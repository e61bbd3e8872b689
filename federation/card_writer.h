#pragma once
// Writes the cards that the own log lacks: one for each public repository that changed since its
// last one, at most one a minute for changes of content, at once for status, licence and access
// (PROTOCOL.md section 4). A change is noted in its own transaction; the card and the end of the
// note are one transaction, too, so that no stop in between loses or doubles one.

#include <map>
#include <span>

#include "federation/card_draft.h"
#include "federation/card_rows.h"
#include "federation/own_origin.h"
#include "storage/base/clock.h"

namespace banyan::federation {

inline constexpr std::int64_t kCardPauseMs = 60'000;

struct CardReport {
  std::uint64_t written = 0;
  std::uint64_t waiting = 0;  // for their minute, the next call, or their head to be described
};

// All of it outlives the writer. Used by one thread.
class CardWriter {
 public:
  CardWriter(storage::Database& database, storage::ContentStore& store, const OwnOrigin& origin,
             Random& random, Clock& clock);

  // Works for at most two seconds or so. Unavailable when the clock is plainly wrong: nothing is
  // signed with it. What is wrong with one repository does not hold up the others; it is tried
  // again after ten minutes, and the first such error is given at the end.
  Result<CardReport> WriteDue();

 private:
  enum class Outcome { Written, Waits, Nothing };
  // How many of them it looked at.
  Result<std::size_t> WriteSome(std::span<const std::int64_t> repositories, CardReport& report);
  Result<Outcome> WriteOne(storage::Connection& connection, std::int64_t row);
  // nullopt: its head is not described yet.
  Result<std::optional<CardDraft>> Draft(storage::Connection& connection,
                                         const std::optional<storage::Repository>& repository,
                                         const std::optional<CardRow>& last);
  Status Append(storage::Connection& connection, std::int64_t repository, CardDraft draft,
                const std::optional<CardRow>& last);
  bool IsSetAside(std::int64_t repository);
  void SetAside(std::int64_t repository, const Error& error);

  storage::Database& database_;
  storage::ContentStore& store_;
  const OwnOrigin& origin_;
  Random& random_;
  Clock& clock_;
  std::map<std::int64_t, std::int64_t> set_aside_ms_;  // when each failed, monotonic
};

}  // namespace banyan::federation
