#pragma once
// std::mutex and condition variables with Clang's thread-safety annotations (libstdc++ has none).

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <shared_mutex>

#if defined(__clang__)
#define BANYAN_ANNOTATE(x) __attribute__((x))
#else
#define BANYAN_ANNOTATE(x)
#endif
#define CAPABILITY(x) BANYAN_ANNOTATE(capability(x))
#define SCOPED_CAPABILITY BANYAN_ANNOTATE(scoped_lockable)
#define GUARDED_BY(x) BANYAN_ANNOTATE(guarded_by(x))
#define REQUIRES(...) BANYAN_ANNOTATE(requires_capability(__VA_ARGS__))
#define REQUIRES_SHARED(...) BANYAN_ANNOTATE(requires_shared_capability(__VA_ARGS__))
#define ACQUIRE(...) BANYAN_ANNOTATE(acquire_capability(__VA_ARGS__))
#define ACQUIRE_SHARED(...) BANYAN_ANNOTATE(acquire_shared_capability(__VA_ARGS__))
#define RELEASE(...) BANYAN_ANNOTATE(release_capability(__VA_ARGS__))
#define RELEASE_GENERIC(...) BANYAN_ANNOTATE(release_generic_capability(__VA_ARGS__))
#define EXCLUDES(...) BANYAN_ANNOTATE(locks_excluded(__VA_ARGS__))
#define NO_THREAD_SAFETY_ANALYSIS BANYAN_ANNOTATE(no_thread_safety_analysis)

namespace banyan {

class CAPABILITY("mutex") Mutex {
 public:
  void lock() ACQUIRE() { mutex_.lock(); }
  void unlock() RELEASE() { mutex_.unlock(); }

 private:
  friend class CondVar;
  std::mutex mutex_;
};

class SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
  ~MutexLock() RELEASE() { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

// One writer or many readers.
class CAPABILITY("shared_mutex") SharedMutex {
 public:
  void lock() ACQUIRE() { mutex_.lock(); }
  void unlock() RELEASE() { mutex_.unlock(); }
  void lock_shared() ACQUIRE_SHARED() { mutex_.lock_shared(); }
  void unlock_shared() RELEASE_GENERIC() { mutex_.unlock_shared(); }

 private:
  std::shared_mutex mutex_;
};

class SCOPED_CAPABILITY WriterLock {
 public:
  explicit WriterLock(SharedMutex& mutex) ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
  ~WriterLock() RELEASE() { mutex_.unlock(); }
  WriterLock(const WriterLock&) = delete;
  WriterLock& operator=(const WriterLock&) = delete;

 private:
  SharedMutex& mutex_;
};

class SCOPED_CAPABILITY ReaderLock {
 public:
  explicit ReaderLock(SharedMutex& mutex) ACQUIRE_SHARED(mutex) : mutex_(mutex) {
    mutex_.lock_shared();
  }
  ~ReaderLock() RELEASE_GENERIC() { mutex_.unlock_shared(); }
  ReaderLock(const ReaderLock&) = delete;
  ReaderLock& operator=(const ReaderLock&) = delete;

 private:
  SharedMutex& mutex_;
};

// Waits release the mutex and hold it again on return. Callers loop on their own condition.
class CondVar {
 public:
  void Wait(Mutex& mutex) REQUIRES(mutex) NO_THREAD_SAFETY_ANALYSIS {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    condition_.wait(lock);
    lock.release();
  }
  // False when `timeout_ms` passed without a notification.
  bool WaitFor(Mutex& mutex, std::int64_t timeout_ms) REQUIRES(mutex) NO_THREAD_SAFETY_ANALYSIS {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    const auto status = condition_.wait_for(lock, std::chrono::milliseconds(timeout_ms));
    lock.release();
    return status == std::cv_status::no_timeout;
  }
  void NotifyOne() { condition_.notify_one(); }
  void NotifyAll() { condition_.notify_all(); }

 private:
  std::condition_variable condition_;
};

}  // namespace banyan
