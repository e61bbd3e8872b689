#include "node/background_task.h"

#include "storage/base/json.h"

namespace banyan::node {

void BackgroundTask::Stop() {
  Cancel();
  std::thread last;
  {
    const MutexLock lock(mutex_);
    last = std::move(thread_);
  }
  if (last.joinable()) last.join();
}

Result<Json> BackgroundTask::Start(std::string name, Work work) {
  const MutexLock lock(mutex_);
  if (thread_.joinable()) {
    if (!outcome_) {
      return Error(Errc::Conflict, name_ + " is running: wait until it is done, or cancel it");
    }
    thread_.join();  // it has nothing left to do but return
  }
  cancelled_ = false;
  ++number_;
  name_ = std::move(name);
  started_ms_ = clock_.NowMs();
  outcome_.reset();
  thread_ = std::thread([this, work = std::move(work)] {
    auto outcome = work();
    const MutexLock done(mutex_);
    ended_ms_ = clock_.NowMs();
    outcome_ = std::move(outcome);
  });
  return State();
}

Result<Json> BackgroundTask::Look() {
  const MutexLock lock(mutex_);
  if (number_ == 0) return Error(Errc::NotFound, "nothing has been started yet");
  return State();
}

Json BackgroundTask::State() {
  const auto until_ms = outcome_ ? ended_ms_ : clock_.NowMs();
  Json state{{"number", number_},
             {"name", name_},
             {"state", "running"},
             {"started", ToIsoTime(started_ms_)},
             {"seconds", (until_ms - started_ms_) / 1000}};
  if (!outcome_) return state;
  if (*outcome_) {
    state["state"] = "done";
    state["result"] = **outcome_;
  } else {
    state["state"] = "failed";
    state["error"] = outcome_->error().message();
    state["code"] = std::string(ToString(outcome_->error().code()));
  }
  return state;
}

}  // namespace banyan::node
