#include "node/work_pool.h"

#include <algorithm>
#include <utility>

namespace banyan::node {

void WorkPool::Give(std::function<void()> work) {
  const MutexLock lock(mutex_);
  if (is_stopping_) return;
  while (threads_.size() < count_) threads_.emplace_back([this] { Run(); });
  waiting_.push_back(std::move(work));
  changed_.NotifyAll();
}

void WorkPool::Grow(std::size_t threads) {
  const MutexLock lock(mutex_);
  count_ = std::max(count_, threads);
}

void WorkPool::Stop() {
  std::vector<std::thread> threads;
  {
    const MutexLock lock(mutex_);
    is_stopping_ = true;
    waiting_.clear();
    threads = std::exchange(threads_, {});
    changed_.NotifyAll();
  }
  for (auto& thread : threads) thread.join();
}

void WorkPool::Run() {
  for (;;) {
    std::function<void()> work;
    {
      MutexLock lock(mutex_);
      while (waiting_.empty() && !is_stopping_) changed_.Wait(mutex_);
      if (is_stopping_) return;
      work = std::move(waiting_.front());
      waiting_.pop_front();
    }
    work();
  }
}

}  // namespace banyan::node
