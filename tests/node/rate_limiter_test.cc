#include "node/rate_limiter.h"

#include "tests/support/fake_clock.h"
#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::node;

TEST_CASE("ABucketAllowsABurstAndThenTheMeanRate") {
  FakeClock clock;
  RateLimiter limiter(clock);
  const RateLimit limit{10, {10'000}};
  for (int i = 9; i >= 0; --i) {
    const auto verdict = limiter.Take("a", limit);
    CHECK(verdict.allowed);
    CHECK(verdict.remaining == i);
  }
  const auto refused = limiter.Take("a", limit);
  CHECK_FALSE(refused.allowed);
  CHECK(refused.reset_s == 1);
  clock.Advance(999);
  CHECK_FALSE(limiter.Take("a", limit).allowed);
  clock.Advance(1);
  CHECK(limiter.Take("a", limit).allowed);
  CHECK_FALSE(limiter.Take("a", limit).allowed);
  clock.Advance(3'600'000);
  const auto rested = limiter.Take("a", limit);
  CHECK(rested.remaining == 9);
  CHECK(rested.reset_s == 1);
}

TEST_CASE("ClientsDoNotShareABucket") {
  FakeClock clock;
  RateLimiter limiter(clock);
  const RateLimit limit{1, {60'000}};
  CHECK(limiter.Take("a", limit).allowed);
  CHECK_FALSE(limiter.Take("a", limit).allowed);
  CHECK(limiter.Take("b", limit).allowed);
  CHECK(limiter.Take("a", {0, {60'000}}).allowed);
}

TEST_CASE("ClientsBeyondTheBoundAreForgottenOldestFirst") {
  FakeClock clock;
  RateLimiter limiter(clock);
  const RateLimit limit{1, {60'000}};
  limiter.Take("old", limit);
  limiter.Take("kept", limit);
  for (std::size_t i = 0; i + 2 < RateLimiter::kMaxClients; ++i) {
    limiter.Take(std::to_string(i), limit);
  }
  CHECK_FALSE(limiter.Take("kept", limit).allowed);
  CHECK(limiter.Take("one more", limit).allowed);
  CHECK(limiter.size() == RateLimiter::kMaxClients);
  CHECK_FALSE(limiter.Take("kept", limit).allowed);
  CHECK(limiter.Take("old", limit).allowed);
}

TEST_CASE("AddressesOfOneSubscriberShareAKey") {
  CHECK(RateKey("192.0.2.1") != RateKey("192.0.2.2"));
  CHECK(RateKey("::ffff:192.0.2.1") == RateKey("192.0.2.1"));
  CHECK(RateKey("2001:db8:0:1::1") == RateKey("2001:db8:0:1:ffff::2"));
  CHECK(RateKey("2001:db8:0:1::1") != RateKey("2001:db8:0:2::1"));
}
