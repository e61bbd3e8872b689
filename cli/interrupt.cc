#include "cli/interrupt.h"

#include <pthread.h>
#include <signal.h>

#include <cstdlib>

#include "cli/exit_code.h"

namespace banyan::cli {
namespace {

// A signal that our parent had us ignore (nohup, a job in the background) stays ignored.
bool IsIgnored(int signal) {
  struct sigaction action {};
  return ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

// SIGUSR1 is how the watch is told to end.
sigset_t WatchedSignals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGUSR1);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    if (!IsIgnored(signal)) ::sigaddset(&signals, signal);
  }
  return signals;
}

void Watch(Interrupt& interrupt) {
  const auto signals = WatchedSignals();
  while (true) {
    int signal = 0;
    if (::sigwait(&signals, &signal) != 0 || signal == SIGUSR1) return;
    if (interrupt.requested()) std::_Exit(ExitCodeOf(Errc::Cancelled));
    interrupt.Request();
  }
}

}  // namespace

void Interrupt::Request() {
  const MutexLock lock(mutex_);
  requested_ = true;
  changed_.NotifyAll();
}

void Interrupt::Wait() {
  const MutexLock lock(mutex_);
  while (!requested_) changed_.Wait(mutex_);
}

SignalWatch::SignalWatch(Interrupt& interrupt) {
  const auto signals = WatchedSignals();
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  thread_ = std::thread([&interrupt] { Watch(interrupt); });
}

SignalWatch::~SignalWatch() {
  ::pthread_kill(thread_.native_handle(), SIGUSR1);
  thread_.join();
}

}  // namespace banyan::cli
