#pragma once
// A few threads that do whatever they are given, in order of giving.

#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "storage/base/mutex.h"

namespace banyan::node {

// Thread safe.
class WorkPool {
 public:
  explicit WorkPool(std::size_t threads) : count_(threads) {}
  // Drops what waits, and joins.
  ~WorkPool() { Stop(); }
  WorkPool(const WorkPool&) = delete;
  WorkPool& operator=(const WorkPool&) = delete;

  // Threads begin with the first work.
  void Give(std::function<void()> work) EXCLUDES(mutex_);
  // At least so many threads from the next work on.
  void Grow(std::size_t threads) EXCLUDES(mutex_);
  void Stop() EXCLUDES(mutex_);

 private:
  void Run() EXCLUDES(mutex_);

  Mutex mutex_;
  CondVar changed_;
  std::size_t count_ GUARDED_BY(mutex_);
  std::deque<std::function<void()>> waiting_ GUARDED_BY(mutex_);
  bool is_stopping_ GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_ GUARDED_BY(mutex_);
};

}  // namespace banyan::node
