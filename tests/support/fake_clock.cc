#include "tests/support/fake_clock.h"

#include "storage/base/check.h"

namespace banyan {

void FakeClock::SleepMs(std::int64_t duration_ms) {
  if (duration_ms <= 0) return;
  slept_ms_ += duration_ms;
  Advance(duration_ms);
}

void FakeClock::Advance(std::int64_t duration_ms) {
  ENSURE(duration_ms >= 0);
  now_ms_ += duration_ms;
  monotonic_ms_ += duration_ms;
}

}  // namespace banyan
