#include "federation/transfer/parallel.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include "storage/base/mutex.h"

namespace banyan::federation {

Status ForEachInParallel(std::size_t count, int threads,
                         const std::function<Status(std::size_t)>& work) {
  std::atomic<std::size_t> next{0};
  Mutex mutex;
  Status result;
  const auto take = [&] {
    for (std::size_t i = next++; i < count; i = next++) {
      Status status = work(i);
      if (status) continue;
      MutexLock lock(mutex);
      if (result) result = std::move(status);
      next = count;
    }
  };
  std::vector<std::thread> pool;
  const auto most = std::min(count, static_cast<std::size_t>(threads));
  for (std::size_t i = 1; i < most; ++i) pool.emplace_back(take);
  take();
  for (auto& thread : pool) thread.join();
  return result;
}

}  // namespace banyan::federation
