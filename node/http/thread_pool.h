#pragma once
// Threads that come with the work and go when there is none for a while: a task never waits
// behind another. Small stacks, so that thousands may wait on slow clients. Thread safe.

#include <pthread.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>

#include "storage/base/clock.h"
#include "storage/base/mutex.h"

namespace banyan::node {

class ThreadPool {
 public:
  ThreadPool(Clock& clock, std::size_t max_threads);
  // Waits for all tasks.
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  // Starts `task` at once; false when every thread is busy or the system gives no more.
  bool Run(std::function<void()> task);
  // True when no task is left, false when `timeout_ms` passed before.
  bool WaitUntilIdle(std::int64_t timeout_ms);

 private:
  static void* Entry(void* pool);
  bool Spawn() REQUIRES(mutex_);
  void Work();

  Clock& clock_;
  const std::size_t max_threads_;
  Mutex mutex_;
  CondVar work_came_;
  CondVar work_done_;
  std::deque<std::function<void()>> tasks_ GUARDED_BY(mutex_);  // each has a thread on its way
  std::size_t threads_ GUARDED_BY(mutex_) = 0;
  // Each thread that ends joins the one that ended before it, the destructor the last: when it
  // returns, no thread is in the pool's code or in its own clean-up any more.
  std::optional<pthread_t> last_ended_ GUARDED_BY(mutex_);
  std::size_t waiting_ GUARDED_BY(mutex_) = 0;  // threads without a task
  bool stopping_ GUARDED_BY(mutex_) = false;
};

}  // namespace banyan::node
