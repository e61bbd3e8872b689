#include "node/client/transfer_rate.h"

#include "tests/support/fake_clock.h"
#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::node;

TEST_CASE("RateLimitSleepsTheAverageDown") {
  FakeClock clock;
  TransferRate limit(clock, 1000);
  for (int i = 0; i < 10; ++i) limit.Spend(500);
  REQUIRE(clock.slept_ms() == 5000);
}

TEST_CASE("RateLimitSavesNothingUp") {
  FakeClock clock;
  TransferRate limit(clock, 1000);
  clock.Advance(60'000);
  limit.Spend(2000);
  REQUIRE(clock.slept_ms() == 2000);
}

TEST_CASE("NoLimitNeverSleeps") {
  FakeClock clock;
  TransferRate limit(clock, 0);
  limit.Spend(1u << 30);
  REQUIRE(clock.slept_ms() == 0);
  REQUIRE(limit.StepBytes(1u << 18) == 1u << 18);
}

TEST_CASE("LowLimitsMoveSmallSteps") {
  FakeClock clock;
  REQUIRE(TransferRate(clock, 160'000).StepBytes(1u << 18) == 10'000);
  REQUIRE(TransferRate(clock, 10).StepBytes(1u << 18) == 1024);
}
