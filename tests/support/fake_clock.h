#pragma once
// A Clock that moves only when told. Sleeping moves it by the time slept and returns at once, so
// a test of an hour's retries takes no time.

#include <atomic>

#include "storage/base/clock.h"

namespace banyan {

// Thread safe.
class FakeClock final : public Clock {
 public:
  // 2026-01-01T00:00:00Z unless told otherwise.
  static constexpr std::int64_t kStartMs = 1767225600000;
  explicit FakeClock(std::int64_t now_ms = kStartMs) : now_ms_(now_ms) {}

  std::int64_t NowMs() const override { return now_ms_; }
  std::int64_t MonotonicMs() const override { return monotonic_ms_; }
  void SleepMs(std::int64_t duration_ms) override;

  // Time passes: both readings move forward.
  void Advance(std::int64_t duration_ms);
  // Somebody set the wall clock, perhaps backwards: MonotonicMs does not move.
  void JumpTo(std::int64_t now_ms) { now_ms_ = now_ms; }
  // The sum of all sleeps.
  std::int64_t slept_ms() const { return slept_ms_; }

 private:
  std::atomic<std::int64_t> now_ms_;
  std::atomic<std::int64_t> monotonic_ms_ = 1000;
  std::atomic<std::int64_t> slept_ms_ = 0;
};

}  // namespace banyan
