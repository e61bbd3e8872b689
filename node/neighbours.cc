#include "node/neighbours.h"

#include "node/access_log.h"
#include "storage/base/logging.h"

namespace banyan::node {
namespace {

constexpr std::int64_t kRetryMs = 10'000;

}  // namespace

std::optional<std::vector<federation::Neighbour>> Neighbours::Look(const OwnAnnouncement& own) {
  const auto problem = session_ ? session_->Problem() : std::nullopt;
  if (problem) {
    session_.reset();
    Note(problem->message());
  }
  const auto now_ms = clock_.MonotonicMs();
  if (!session_ && (!tried_ms_ || now_ms - *tried_ms_ >= kRetryMs)) {
    tried_ms_ = now_ms;
    Connect(own);
  }
  auto seen = session_ ? session_->Seen() : std::vector<federation::Neighbour>();
  if (seen == seen_) return std::nullopt;
  seen_ = seen;
  return seen;
}

void Neighbours::Connect(const OwnAnnouncement& own) {
  auto session = open_(own);
  if (!session) return Note(session.error().message());
  session_ = *std::move(session);
  problem_.clear();
  const bool is_announced = own.reached != ReachedOver::Nothing;
  log::Info("federation", "event=neighbours_sought announced={}", is_announced);
}

void Neighbours::Note(const std::string& problem) {
  if (problem == problem_) return;
  problem_ = problem;
  log::Warning("federation", "event=neighbours_unseen error={}", QuoteForLog(problem));
}

}  // namespace banyan::node
