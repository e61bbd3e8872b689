#pragma once
// One long piece of an operator's work at a time, on a thread of its own, looked at until it ends.
// Thread safe.

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <thread>

#include "storage/base/clock.h"
#include "storage/base/json.h"
#include "storage/base/mutex.h"

namespace banyan::node {

class BackgroundTask {
 public:
  using Work = std::function<Result<Json>()>;
  explicit BackgroundTask(Clock& clock) : clock_(clock) {}
  ~BackgroundTask() { Stop(); }
  BackgroundTask(const BackgroundTask&) = delete;
  BackgroundTask& operator=(const BackgroundTask&) = delete;

  // The state of the new task, as Look gives it. Conflict while another one runs.
  Result<Json> Start(std::string name, Work work) EXCLUDES(mutex_);
  // {"number", "name", "state", "started", "seconds"} and "result" of a done one, "error" and
  // "code" of a failed one; state is "running", "done" or "failed". NotFound before the first.
  Result<Json> Look() EXCLUDES(mutex_);
  // The work sees it in `cancelled` when it looks; no wait.
  void Cancel() { cancelled_ = true; }
  const std::atomic<bool>& cancelled() const { return cancelled_; }
  // Asks the work to end and waits for it. Nothing is to be started afterwards. Idempotent.
  void Stop() EXCLUDES(mutex_);

 private:
  Json State() REQUIRES(mutex_);

  Clock& clock_;
  std::atomic<bool> cancelled_ = false;
  Mutex mutex_;
  std::thread thread_ GUARDED_BY(mutex_);
  std::int64_t number_ GUARDED_BY(mutex_) = 0;
  std::string name_ GUARDED_BY(mutex_);
  std::int64_t started_ms_ GUARDED_BY(mutex_) = 0;
  std::int64_t ended_ms_ GUARDED_BY(mutex_) = 0;
  std::optional<Result<Json>> outcome_ GUARDED_BY(mutex_);  // nullopt while it runs
};

}  // namespace banyan::node
