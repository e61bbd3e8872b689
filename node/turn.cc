#include "node/turn.h"

#include <utility>

namespace banyan::node {
namespace {

constexpr std::int64_t kAskMs = 1000;

}  // namespace

Result<std::unique_ptr<Turn::Held>> Turn::Wait(const std::function<Status()>& go_on) {
  while (TakeWithin(kAskMs) == State::Taken) TRY(go_on());
  return std::make_unique<Held>(*this);
}

// What it was: the caller has the turn if it was free.
Turn::State Turn::TakeWithin(std::int64_t wait_ms) {
  MutexLock lock(mutex_);
  if (state_ == State::Taken) given_back_.WaitFor(mutex_, wait_ms);
  return std::exchange(state_, State::Taken);
}

void Turn::GiveBack() {
  MutexLock lock(mutex_);
  state_ = State::Free;
  given_back_.NotifyOne();
}

}  // namespace banyan::node
