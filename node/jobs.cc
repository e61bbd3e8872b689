#include "node/jobs.h"

#include <algorithm>

#include "node/access_log.h"
#include "storage/base/logging.h"

namespace banyan::node {

void Jobs::Start(std::vector<Job> jobs) {
  ENSURE(!thread_.joinable());
  for (auto& job : jobs) {
    const std::int64_t at_ms = clock_.MonotonicMs() + job.pause_ms;
    due_.push_back({std::move(job), at_ms});
  }
  if (!due_.empty()) thread_ = std::thread([this] { Loop(); });
}

void Jobs::Stop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  changed_.NotifyAll();
  if (thread_.joinable()) thread_.join();
}

void Jobs::Loop() {
  for (;;) {
    auto& next = *std::min_element(due_.begin(), due_.end(),
                                   [](const Due& a, const Due& b) { return a.at_ms < b.at_ms; });
    {
      MutexLock lock(mutex_);
      while (!stopping_) {
        const std::int64_t wait_ms = next.at_ms - clock_.MonotonicMs();
        if (wait_ms <= 0) break;
        changed_.WaitFor(mutex_, wait_ms);
      }
      if (stopping_) return;
    }
    RunOne(next);
  }
}

void Jobs::RunOne(Due& due) {
  const std::int64_t started_ms = clock_.MonotonicMs();
  const auto status = due.job.run();
  const std::int64_t ended_ms = clock_.MonotonicMs();
  due.at_ms = ended_ms + due.job.pause_ms;
  if (status) {
    log::Debug("node", "event=job_done job={} ms={}", due.job.name, ended_ms - started_ms);
    return;
  }
  metrics_.Add(Counter::JobsFailed);
  log::Warning("node", "event=job_failed job={} error={}", due.job.name,
               QuoteForLog(status.error().message()));
}

}  // namespace banyan::node
