#pragma once
// Background work of a node, on one thread of its own: each job runs again and again with its
// pause between the end of a run and the next begin. A job that fails is logged and tried again at
// its next turn.

#include <atomic>
#include <functional>
#include <string>
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
  void Start(std::vector<Job> jobs);
  // Waits for the job that runs now. Idempotent.
  void Stop();

 private:
  struct Due {
    Job job;
    std::int64_t at_ms = 0;  // monotonic
  };
  void Loop();
  void RunOne(Due& due);

  Clock& clock_;
  Metrics& metrics_;
  std::vector<Due> due_;  // the thread's alone
  Mutex mutex_;
  CondVar changed_;
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace banyan::node
