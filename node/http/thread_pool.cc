#include "node/http/thread_pool.h"

#include <utility>

namespace banyan::node {
namespace {

// Address space: only what is touched costs memory, as long as a stack is too small to be given
// one of the kernel's huge pages of 2 MiB.
constexpr std::size_t kStackBytes = 1u << 20;
constexpr std::int64_t kKeepIdleMs = 10'000;

}  // namespace

ThreadPool::ThreadPool(Clock& clock, std::size_t max_threads)
    : clock_(clock), max_threads_(max_threads) {}

ThreadPool::~ThreadPool() {
  std::optional<pthread_t> last;
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    work_came_.NotifyAll();
    while (threads_ > 0) work_done_.Wait(mutex_);
    last = last_ended_;
  }
  if (last) pthread_join(*last, nullptr);
}

bool ThreadPool::Run(std::function<void()> task) {
  MutexLock lock(mutex_);
  const bool served = tasks_.size() < waiting_ || (threads_ < max_threads_ && Spawn());
  if (!served) return false;
  tasks_.push_back(std::move(task));
  work_came_.NotifyOne();
  return true;
}

bool ThreadPool::WaitUntilIdle(std::int64_t timeout_ms) {
  const auto deadline_ms = clock_.MonotonicMs() + timeout_ms;
  MutexLock lock(mutex_);
  while (!tasks_.empty() || waiting_ < threads_) {
    const auto left_ms = deadline_ms - clock_.MonotonicMs();
    if (left_ms <= 0) return false;
    work_done_.WaitFor(mutex_, left_ms);
  }
  return true;
}

bool ThreadPool::Spawn() {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStackBytes);
  pthread_t thread;
  const bool made = pthread_create(&thread, &attributes, &ThreadPool::Entry, this) == 0;
  pthread_attr_destroy(&attributes);
  if (!made) return false;
  ++threads_;
  ++waiting_;
  return true;
}

void* ThreadPool::Entry(void* pool) {
  static_cast<ThreadPool*>(pool)->Work();
  return nullptr;
}

void ThreadPool::Work() {
  mutex_.lock();
  for (;;) {
    while (tasks_.empty() && !stopping_ && work_came_.WaitFor(mutex_, kKeepIdleMs)) {
    }
    if (tasks_.empty()) break;
    auto task = std::move(tasks_.front());
    tasks_.pop_front();
    --waiting_;
    mutex_.unlock();
    task();
    task = nullptr;
    mutex_.lock();
    ++waiting_;
    work_done_.NotifyAll();
  }
  --waiting_;
  --threads_;
  const auto before = std::exchange(last_ended_, pthread_self());
  work_done_.NotifyAll();
  mutex_.unlock();
  if (before) pthread_join(*before, nullptr);
}

}  // namespace banyan::node
