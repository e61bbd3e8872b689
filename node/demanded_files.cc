#include "node/demanded_files.h"

#include <algorithm>

#include "federation/fetch_budget.h"
#include "federation/mirror/demanded_file.h"
#include "storage/base/logging.h"

namespace banyan::node {
namespace {

constexpr std::size_t kFetchesAtOnce = 4;
constexpr std::size_t kMaxFetches = 256;    // under way
constexpr std::size_t kMaxFailures = 8192;  // remembered
constexpr std::size_t kMaxWaiting = 64;     // each holds a thread of the server
constexpr std::int64_t kWaitMs = 8'000;
constexpr std::int64_t kLookMs = 100;
constexpr std::int64_t kFailedMs = 10'000;
constexpr std::int64_t kRetryFailedS = kFailedMs / 1000;
constexpr std::int64_t kRetryNotNowS = 600;  // hours and budgets do not end in a moment
constexpr std::int64_t kRetrySoonS = 5;
constexpr std::int64_t kRetryMaxS = 60;

// What clients are told; empty: it is held.
std::string WhyFailed(const federation::DemandReport& report, std::size_t peers) {
  if (report.outcome) return "";
  if (report.is_put_off) return "what this node fetches now takes the room that is left for it";
  const auto code = report.outcome.error().code();
  if (code == Errc::NoSpace) return "this node's disk is full";
  if (code == Errc::TooLarge) return "this node has no room for it by its policy and quotas";
  return peers == 0 ? "none of its peers answers" : "no node that was asked could send it";
}

}  // namespace

DemandedFiles::DemandedFiles(Hub& hub, Follower& follower)
    : hub_(hub), follower_(follower), pool_(kFetchesAtOnce) {}

Result<std::string> DemandedFiles::WhyNotNow() {
  const auto limits = follower_.limits();
  auto lease = TRY(hub_.database.Read());
  const auto state = TRY(federation::ReadFetchState(*lease, limits, hub_.clock.NowMs()));
  if (!state.has_budget) {
    return std::string("this node has fetched what its policy allows for the day or the month");
  }
  if (!state.is_open) return std::string("outside the hours in which this node may fetch");
  return std::string();
}

// nullptr when too much is going on.
DemandedFiles::FetchPtr DemandedFiles::Join(const Key& key, const storage::ManifestEntry& entry) {
  const auto now_ms = hub_.clock.MonotonicMs();
  std::erase_if(fetches_, [&](const auto& item) {
    return item.second->ended_ms && now_ms - *item.second->ended_ms >= kFailedMs;
  });
  const auto found = fetches_.find(key);
  if (found != fetches_.end()) return found->second;
  const auto failed = static_cast<std::size_t>(std::count_if(
      fetches_.begin(), fetches_.end(), [](const auto& item) { return item.second->ended_ms; }));
  if (failed >= kMaxFailures || fetches_.size() - failed >= kMaxFetches) return nullptr;
  const auto fetch = std::make_shared<Fetch>();
  fetch->entry = entry;
  fetch->begun_ms = now_ms;
  fetches_.emplace(key, fetch);
  pool_.Give([this, key, entry] { Run(key, entry); });
  return fetch;
}

// When it may be there, by the link as it was measured last.
DemandedFiles::Answer DemandedFiles::Arriving(const Fetch& fetch) const {
  const auto rate = follower_.measured_rate();
  if (rate == 0) return {State::Arriving, "", kRetrySoonS};
  const auto all_s = static_cast<std::int64_t>(fetch.entry.size_bytes / rate);
  const auto left_s = all_s - (hub_.clock.MonotonicMs() - fetch.begun_ms) / 1000;
  return {State::Arriving, "", std::clamp<std::int64_t>(left_s, 1, kRetryMaxS)};
}

DemandedFiles::Answer DemandedFiles::Await(std::int64_t repository,
                                           const storage::ManifestEntry& entry) {
  const auto why_not = WhyNotNow();
  const auto reason = why_not ? *why_not : why_not.error().message();
  if (!reason.empty()) return {State::Failed, reason, kRetryNotNowS};
  MutexLock lock(mutex_);
  if (is_stopping_) return {State::Stopped, "", kRetrySoonS};
  const auto fetch = Join({repository, entry.sha256}, entry);
  if (fetch == nullptr) {
    return {State::Arriving, "", kRetrySoonS};  // when it is its turn
  }
  const auto until_ms = hub_.clock.MonotonicMs() + kWaitMs;
  const auto may_wait = waiting_ < kMaxWaiting;
  ++waiting_;
  while (may_wait && !is_stopping_ && !fetch->is_held && !fetch->ended_ms &&
         hub_.clock.MonotonicMs() < until_ms) {
    changed_.WaitFor(mutex_, kLookMs);
  }
  --waiting_;
  if (fetch->is_held) return {State::Held, "", 0};
  if (fetch->ended_ms) return {State::Failed, fetch->reason, kRetryFailedS};
  if (is_stopping_) return {State::Stopped, "", kRetrySoonS};
  return Arriving(*fetch);
}

void DemandedFiles::Run(const Key& key, const storage::ManifestEntry& entry) {
  const auto sources = follower_.AnsweringSources();
  const auto peers = Borrowed(sources);
  auto parts = follower_.Parts();
  parts.peer_rounds = 1;  // whoever asked is waiting
  const auto report = federation::FetchDemanded(parts, key.first, entry, peers);
  for (const auto& lie : report.lies) {
    log::Warning("federation", "event=peer_lied peer={} what=\"{}\"", lie.peer, lie.what);
  }
  if (report.outcome) {
    log::Info("federation", "event=fetched_on_demand repository={} file={} bytes={} fetched={}",
              key.first, entry.sha256.Short(), entry.size_bytes, report.fetched_bytes);
  } else {
    log::Warning("federation", "event=demand_failed repository={} file={} error=\"{}\"", key.first,
                 entry.sha256.Short(), report.outcome.error().message());
  }
  End(key, WhyFailed(report, peers.size()));
}

void DemandedFiles::End(const Key& key, const std::string& reason) {
  const MutexLock lock(mutex_);
  const auto found = fetches_.find(key);
  ENSURE(found != fetches_.end());
  Fetch& fetch = *found->second;
  fetch.is_held = reason.empty();
  if (!fetch.is_held) {
    fetch.ended_ms = hub_.clock.MonotonicMs();
    fetch.reason = reason;
  } else {
    fetches_.erase(found);  // `fetch` lives as long as somebody waits for it
  }
  changed_.NotifyAll();
}

void DemandedFiles::LetGo() {
  const MutexLock lock(mutex_);
  is_stopping_ = true;
  changed_.NotifyAll();
}

void DemandedFiles::Stop() {
  LetGo();
  pool_.Stop();
}

}  // namespace banyan::node
