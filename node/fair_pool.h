#pragma once
// Work for several parties on a few threads, of which one party never has more than its share: who
// is slow holds up nobody else.

#include <deque>
#include <functional>
#include <map>

#include "node/work_pool.h"
#include "storage/base/mutex.h"

namespace banyan::node {

// Thread safe.
class FairPool {
 public:
  // At most `share` of the threads work for one party.
  FairPool(std::size_t threads, std::size_t share) : share_(share), pool_(threads) {}

  // In order, for each party.
  void Give(std::int64_t party, std::function<void()> work) EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    auto& line = lines_[party];
    line.waiting.push_back(std::move(work));
    Dispatch(party, line);
  }
  // Nothing of that party waits or goes on.
  bool IsIdle(std::int64_t party) EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    return !lines_.contains(party);
  }
  // Drops what waits, and joins.
  void Stop() { pool_.Stop(); }

 private:
  struct Line {
    std::size_t running = 0;
    std::deque<std::function<void()>> waiting;
  };

  void Dispatch(std::int64_t party, Line& line) REQUIRES(mutex_) {
    while (line.running < share_ && !line.waiting.empty()) {
      ++line.running;
      pool_.Give([this, party, work = std::move(line.waiting.front())] {
        work();
        const MutexLock lock(mutex_);
        const auto found = lines_.find(party);
        --found->second.running;
        Dispatch(party, found->second);
        if (found->second.running == 0) lines_.erase(found);
      });
      line.waiting.pop_front();
    }
  }

  const std::size_t share_;
  Mutex mutex_;
  std::map<std::int64_t, Line> lines_ GUARDED_BY(mutex_);
  WorkPool pool_;  // last: its threads use the others
};

}  // namespace banyan::node
