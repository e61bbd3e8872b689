#include "federation/transfer/parallel.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include "storage/base/mutex.h"

namespace banyan::federation {

Status ForEachInParallel(std::size_t count, int threads,
                         const std::function<Status(std::size_t)>& work) {
  const auto most = std::min(count, static_cast<std::size_t>(std::max(threads, 1)));
  std::atomic<std::size_t> next{most};
  std::atomic<bool> has_failed{false};
  Mutex mutex;
  Status result;
  const auto take = [&](std::size_t first) {
    for (std::size_t i = first; i < count && !has_failed; i = next++) {
      Status status = work(i);
      if (status) continue;
      MutexLock lock(mutex);
      if (result) result = std::move(status);
      has_failed = true;
    }
  };
  std::vector<std::thread> pool;
  for (std::size_t i = 1; i < most; ++i) pool.emplace_back(take, i);
  take(0);
  for (auto& thread : pool) thread.join();
  return result;
}

}  // namespace banyan::federation
