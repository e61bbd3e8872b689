#pragma once
// Background work of a node, on one thread of its own: each job runs again and again with its
// pause between the end of a run and the next begin. A job that fails is logged and tried again at
// its next turn.

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "node/metrics.h"
#include "storage/base/clock.h"
#include "storage/base/mutex.h"
#include "storage/base/result.h"

namespace banyan::node {

class Jobs {
 public:
  struct Job {
    std::string name;
    std::int64_t pause_ms = 0;
    std::function<Status()> run;
  };
  Jobs(Clock& clock, Metrics& metrics) : clock_(clock), metrics_(metrics) {}
  ~Jobs() { Stop(); }

  // Once; the first run of each comes after its pause.
  void Start(std::vector<Job> jobs) EXCLUDES(mutex_);
  // Waits for the job that runs now. Idempotent.
  void Stop() EXCLUDES(mutex_);
  // The job of that name runs before its turn, a moment after its last end; waits until a run that
  // began after this is over, at most about so long. Thread safe; nothing before Start.
  void RunSoon(std::string_view name, std::int64_t wait_ms) EXCLUDES(mutex_);

 private:
  struct Due {
    Job job;
    std::int64_t at_ms = 0;  // monotonic, as the next
    std::optional<std::int64_t> ended_ms;
    std::uint64_t begun = 0;   // runs
    std::uint64_t ended = 0;   // of them
    std::uint64_t wanted = 0;  // the run that somebody waits for, and all before it
  };
  void Loop();
  Due* AwaitTurn() EXCLUDES(mutex_);
  void RunOne(Due& due) EXCLUDES(mutex_);

  Clock& clock_;
  Metrics& metrics_;
  Mutex mutex_;
  CondVar changed_;  // what is due, or that it stops
  CondVar ran_;
  std::vector<Due> due_ GUARDED_BY(mutex_);
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace banyan::node
