#include "node/client/transfer_rate.h"

#include <algorithm>

namespace banyan::node {
namespace {

constexpr std::size_t kStepBytesMin = 1024;
constexpr std::uint64_t kStepsPerSecond = 16;

}  // namespace

void TransferRate::Spend(std::size_t bytes) {
  total_bytes_ += bytes;
  const std::uint64_t limit = bytes_per_s_;
  if (limit == 0) return;
  const auto now_ms = static_cast<double>(clock_.MonotonicMs());
  double wait_ms = 0;
  {
    const MutexLock lock(mutex_);
    free_at_ms_ = std::max(free_at_ms_, now_ms) +
                  static_cast<double>(bytes) * 1000 / static_cast<double>(limit);
    wait_ms = free_at_ms_ - now_ms;
  }
  if (wait_ms >= 1) clock_.SleepMs(static_cast<std::int64_t>(wait_ms));
}

std::size_t TransferRate::StepBytes(std::size_t step_max) const {
  const std::uint64_t limit = bytes_per_s_;
  if (limit == 0) return step_max;
  const std::uint64_t share = limit / kStepsPerSecond;
  return static_cast<std::size_t>(std::clamp<std::uint64_t>(share, kStepBytesMin, step_max));
}

}  // namespace banyan::node
