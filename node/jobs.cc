#include "node/jobs.h"

#include <algorithm>

#include "node/access_log.h"
#include "storage/base/logging.h"

namespace banyan::node {
namespace {

constexpr std::int64_t kBreathMs = 250;  // between two runs of a job that is wanted soon
constexpr std::int64_t kLookMs = 100;

}  // namespace

void Jobs::Start(std::vector<Job> jobs) {
  ENSURE(!thread_.joinable());
  MutexLock lock(mutex_);
  for (auto& job : jobs) {
    const std::int64_t at_ms = clock_.MonotonicMs() + job.pause_ms;
    due_.push_back({std::move(job), at_ms, {}, 0, 0, 0});
  }
  if (!due_.empty()) thread_ = std::thread([this] { Loop(); });
}

void Jobs::Stop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    changed_.NotifyAll();
    ran_.NotifyAll();
  }
  if (thread_.joinable()) thread_.join();
}

void Jobs::RunSoon(std::string_view name, std::int64_t wait_ms) {
  MutexLock lock(mutex_);
  const auto due =
      std::ranges::find_if(due_, [&](const Due& item) { return item.job.name == name; });
  if (due == due_.end()) return;
  const auto wanted = due->begun + 1;
  due->wanted = wanted;
  due->at_ms =
      std::min(due->at_ms, due->ended_ms ? *due->ended_ms + kBreathMs : clock_.MonotonicMs());
  changed_.NotifyAll();
  for (; wait_ms > 0 && due->ended < wanted && !stopping_; wait_ms -= kLookMs) {
    ran_.WaitFor(mutex_, std::min(wait_ms, kLookMs));
  }
}

void Jobs::Loop() {
  while (auto* next = AwaitTurn()) RunOne(*next);
}

// The job whose turn has come; nullptr: no more.
Jobs::Due* Jobs::AwaitTurn() {
  MutexLock lock(mutex_);
  while (!stopping_) {
    const auto next = std::ranges::min_element(due_, {}, &Due::at_ms);
    const auto wait_ms = next->at_ms - clock_.MonotonicMs();
    if (wait_ms <= 0) {
      ++next->begun;
      return &*next;
    }
    changed_.WaitFor(mutex_, wait_ms);
  }
  return nullptr;
}

void Jobs::RunOne(Due& due) {
  const std::int64_t started_ms = clock_.MonotonicMs();
  const auto status = due.job.run();
  const std::int64_t ended_ms = clock_.MonotonicMs();
  {
    MutexLock lock(mutex_);
    due.ended_ms = ended_ms;
    due.ended = due.begun;
    due.at_ms = ended_ms + (due.wanted > due.begun ? kBreathMs : due.job.pause_ms);
    ran_.NotifyAll();
  }
  if (status) {
    log::Debug("node", "event=job_done job={} ms={}", due.job.name, ended_ms - started_ms);
    return;
  }
  metrics_.Add(Counter::JobsFailed);
  log::Warning("node", "event=job_failed job={} error={}", due.job.name,
               QuoteForLog(status.error().message()));
}

}  // namespace banyan::node
