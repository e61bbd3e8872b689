#include "federation/transfer/parallel.h"

#include <algorithm>
#include <atomic>
#include <system_error>
#include <thread>
#include <vector>

#include "storage/base/mutex.h"

namespace banyan::federation {

Status ForEachInParallel(std::size_t count, int threads,
                         const std::function<Status(std::size_t)>& work) {
  std::atomic<std::size_t> next{1};
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
  const auto most = std::min(count, static_cast<std::size_t>(std::max(threads, 1)));
  std::vector<std::thread> pool;
  try {
    while (pool.size() + 1 < most) pool.emplace_back([&] { take(next++); });
  } catch (const std::system_error&) {
    if (pool.empty()) {
      return Error(Errc::Unavailable, "the system gives the node no more threads: try again");
    }
  }
  take(0);
  for (auto& thread : pool) thread.join();
  return result;
}

}  // namespace banyan::federation
