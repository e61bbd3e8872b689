#include "tests/support/fake_clock.h"

#include "tests/support/catch.h"

using namespace banyan;

TEST_CASE("FakeClockMovesOnlyWhenTold") {
  FakeClock clock;
  REQUIRE(ToIsoTime(clock.NowMs()) == "2026-01-01T00:00:00.000Z");
  const auto monotonic_ms = clock.MonotonicMs();
  clock.Advance(10);
  clock.SleepMs(90);
  clock.SleepMs(-5);
  REQUIRE(clock.NowMs() == FakeClock::kStartMs + 100);
  REQUIRE(clock.MonotonicMs() == monotonic_ms + 100);
  REQUIRE(clock.slept_ms() == 90);
}

TEST_CASE("FakeClockJumpLeavesMonotonicTimeAlone") {
  FakeClock clock(1000);
  const auto monotonic_ms = clock.MonotonicMs();
  clock.JumpTo(500);
  REQUIRE(clock.NowMs() == 500);
  REQUIRE(clock.MonotonicMs() == monotonic_ms);
}
