#pragma once
// "Stop": from Ctrl-C, a service manager, or a test.

#include <atomic>
#include <memory>
#include <thread>

#include "storage/base/mutex.h"

namespace banyan::cli {

// Thread safe.
class Interrupt {
 public:
  bool requested() const { return requested_.load(); }
  // For loops that look at it themselves.
  const std::atomic<bool>& flag() const { return requested_; }
  void Request() EXCLUDES(mutex_);
  // Blocks until requested.
  void Wait() EXCLUDES(mutex_);

 private:
  std::atomic<bool> requested_ = false;
  Mutex mutex_;
  CondVar changed_;
};

// Turns SIGINT, SIGTERM and SIGHUP into a request for as long as it lives; a second one ends the
// process at once. Make it before any other thread, which then inherits the blocked signals.
class SignalWatch {
 public:
  explicit SignalWatch(Interrupt& interrupt);
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

 private:
  std::thread thread_;
};

}  // namespace banyan::cli
