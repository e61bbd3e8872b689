#pragma once
// A thread that works through items in the order in which its owner gives them, so that a pipeline
// is a few workers, each giving to the next.

#include <deque>
#include <functional>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "storage/base/mutex.h"
#include "storage/base/result.h"

namespace banyan {

// Used by one thread, its owner, except for what `work` does.
template <class Item>
class QueueWorker {
 public:
  // `work` runs on the worker's thread. The first error ends the work; what a library throws there
  // is an error too, since nobody above the thread would catch it. At most `limit` items wait or
  // are worked on.
  using Work = std::function<Status(Item)>;
  QueueWorker(std::size_t limit, Work work) : limit_(limit), work_(std::move(work)) {}
  // Drops what waits, and joins.
  ~QueueWorker() {
    {
      MutexLock lock(mutex_);
      queue_.clear();
    }
    Join();
  }
  QueueWorker(const QueueWorker&) = delete;
  QueueWorker& operator=(const QueueWorker&) = delete;

  // Unavailable when the system gives no thread. Before the first Give.
  Status Start() {
    try {
      thread_ = std::thread([this] { Run(); });
    } catch (const std::system_error&) {
      return Error(Errc::Unavailable, "the system gives the node no more threads: try again");
    }
    return Ok();
  }
  bool started() const { return thread_.joinable(); }

  // Waits while the queue is full. Fails with the error of an earlier item.
  Status Give(Item item) {
    MutexLock lock(mutex_);
    while (queue_.size() + busy_ >= limit_ && status_) changed_.Wait(mutex_);
    if (status_) queue_.push_back(std::move(item));
    changed_.NotifyAll();
    return status_;
  }
  // Waits until all is worked on. Errors as Give.
  Status Drain() {
    MutexLock lock(mutex_);
    while (queue_.size() + busy_ > 0 && status_) changed_.Wait(mutex_);
    return status_;
  }
  // Drains and joins; nothing can be given afterwards. Errors as Give.
  Status Finish() {
    const Status status = Drain();
    Join();
    return status;
  }

 private:
  void Join() {
    if (!thread_.joinable()) return;
    {
      MutexLock lock(mutex_);
      ended_ = true;
      changed_.NotifyAll();
    }
    thread_.join();
  }

  void Run() {
    while (std::optional<Item> item = Next()) {
      if (!Done(Call(*std::move(item)))) return;
    }
  }

  std::optional<Item> Next() {
    MutexLock lock(mutex_);
    while (queue_.empty() && !ended_) changed_.Wait(mutex_);
    if (queue_.empty()) return std::nullopt;
    std::optional<Item> item(std::move(queue_.front()));
    queue_.pop_front();
    busy_ = 1;
    return item;
  }

  // Does the work go on?
  bool Done(Status worked) {
    MutexLock lock(mutex_);
    busy_ = 0;
    changed_.NotifyAll();
    if (worked) return true;
    status_ = std::move(worked);
    queue_.clear();
    return false;
  }

  Status Call(Item item) {
    try {
      return work_(std::move(item));
    } catch (const std::exception& fault) {
      return Error(Errc::Io, fault.what());
    }
  }

  const std::size_t limit_;
  const Work work_;
  Mutex mutex_;
  CondVar changed_;
  std::deque<Item> queue_ GUARDED_BY(mutex_);
  std::size_t busy_ GUARDED_BY(mutex_) = 0;  // 1 while an item is worked on
  bool ended_ GUARDED_BY(mutex_) = false;
  Status status_ GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace banyan
