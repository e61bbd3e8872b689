#pragma once
// --limit-rate: one budget of bytes per second for all transfers of this run.

#include <cstdint>

#include "storage/base/clock.h"
#include "storage/base/mutex.h"

namespace banyan::node {

// Thread safe.
class TransferRate {
 public:
  // 0: no limit.
  TransferRate(Clock& clock, std::uint64_t bytes_per_s)
      : clock_(clock), bytes_per_s_(bytes_per_s) {}

  // Counts bytes that just moved and sleeps until the average is back at the limit.
  void Spend(std::size_t bytes) EXCLUDES(mutex_);
  // How many bytes to move between two calls of Spend: a fraction of a second's worth.
  std::size_t StepBytes(std::size_t step_max) const;

 private:
  Clock& clock_;
  const std::uint64_t bytes_per_s_;
  Mutex mutex_;
  double free_at_ms_ GUARDED_BY(mutex_) = 0;  // when the budget is even again
};

}  // namespace banyan::node
