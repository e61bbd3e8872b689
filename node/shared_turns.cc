#include "node/shared_turns.h"

#include <algorithm>

namespace banyan::node {

Result<std::unique_ptr<SharedTurns::Turn>> SharedTurns::Take(const std::string& client) {
  const MutexLock lock(mutex_);
  const Place place(client, ++asked_);
  waiting_.insert(place);
  const std::int64_t until_ms = clock_.MonotonicMs() + options_.wait_ms;
  while (!MayGo(place)) {
    const std::int64_t left_ms = until_ms - clock_.MonotonicMs();
    if (left_ms <= 0) {
      Leave(place);
      return Full(client);
    }
    changed_.WaitFor(mutex_, left_ms);
  }
  ++taken_;
  ++taken_by_[client];
  Leave(place);
  return std::make_unique<Turn>(*this, client);
}

void SharedTurns::End(const std::string& client) {
  const MutexLock lock(mutex_);
  --taken_;
  const auto found = taken_by_.find(client);
  if (--found->second == 0) taken_by_.erase(found);
  changed_.NotifyAll();  // not every one who waits may have it
}

bool SharedTurns::MayGo(const Place& place) const {
  const bool is_first = *waiting_.lower_bound(Place(place.first, 0)) == place;
  const std::int64_t left = options_.count - taken_;
  return is_first && TakenBy(place.first) < std::min(left, options_.of_client);
}

// The next of the client may have a turn, too.
void SharedTurns::Leave(const Place& place) {
  waiting_.erase(place);
  if (!waiting_.empty()) changed_.NotifyAll();
}

std::int64_t SharedTurns::TakenBy(const std::string& client) const {
  const auto found = taken_by_.find(client);
  return found == taken_by_.end() ? 0 : found->second;
}

Error SharedTurns::Full(const std::string& client) const {
  const auto taken = TakenBy(client);
  if (taken == 0) {
    return Error(Errc::Unavailable,
                 "this node works on as many " + options_.what + " as it may: try again later");
  }
  return Error(Errc::Unavailable, "this node works on " + std::to_string(taken) + " " +
                                      options_.what +
                                      " of yours, which is the most at once: try again when one "
                                      "has ended");
}

}  // namespace banyan::node
