#pragma once
// One budget of bytes per second for all transfers of a run, or of a node's mirrors.

#include <atomic>
#include <cstdint>

#include "storage/base/clock.h"
#include "storage/base/mutex.h"

namespace banyan::node {

// Thread safe.
class TransferRate {
 public:
  // 0: no limit, as with SetLimit.
  TransferRate(Clock& clock, std::uint64_t bytes_per_s)
      : clock_(clock), bytes_per_s_(bytes_per_s) {}

  // Counts bytes that just moved and sleeps until the average is back at the limit.
  void Spend(std::size_t bytes) EXCLUDES(mutex_);
  std::uint64_t limit() const { return bytes_per_s_; }  // 0: none
  void SetLimit(std::uint64_t bytes_per_s) { bytes_per_s_ = bytes_per_s; }
  // All that was spent so far.
  std::uint64_t total_bytes() const { return total_bytes_; }
  // How many bytes to move between two calls of Spend: a fraction of a second's worth.
  std::size_t StepBytes(std::size_t step_max) const;

 private:
  Clock& clock_;
  std::atomic<std::uint64_t> bytes_per_s_;
  std::atomic<std::uint64_t> total_bytes_{0};
  Mutex mutex_;
  double free_at_ms_ GUARDED_BY(mutex_) = 0;  // when the budget is even again
};

}  // namespace banyan::node
