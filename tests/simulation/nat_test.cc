// Nodes that nobody can reach, and that bring what is wanted of them where they call.
#include "tests/simulation/world.h"
#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::simulation;

namespace {

constexpr std::int64_t kRoundMs = 75'000;

// 0 publishes behind NAT and dials 1, which takes what it brings; 2 reads 1.
Edges Behind() { return {{{1}, {}, {1}}, {true, false, false}}; }

}  // namespace

TEST_CASE("WhoPublishesBehindNatIsHeardWhereItCalls") {
  for (const bool asks_first : {false, true}) {
    WorldOptions options;
    options.asks_first = asks_first;
    World world(Behind(), options);
    world.Publish(0);
    world.RunFor(3 * kRoundMs);
    CHECK(world.counts().brought > 0);
    CHECK(world.ProgressOf(0).reachable == 2);
    CHECK(world.HeldSize(1, 0) == 2);
    CHECK(world.HeldSize(2, 0) == 2);
    CHECK(world.IsConverged());
  }
}

TEST_CASE("WhoCallsAgainIsAskedAtOnce") {
  WorldOptions options;
  options.tells_hints = false;
  options.service.pause_ms = options.service.pause_max_ms = 600'000;
  World world(Behind(), options);
  world.RunFor(2 * options.service.pause_ms);
  REQUIRE(world.HeldSize(1, 0) == 1);
  SECTION("after its line was cut") {
    world.Cut({0});
    world.Publish(0);
    world.RunFor(kRoundMs);
    CHECK(world.HeldSize(1, 0) == 1);
    world.Cut({});
  }
  SECTION("after it was started anew") {
    world.Publish(0);
    world.Crash(0, 1'000);
  }
  world.RunFor(10'000);
  CHECK(world.HeldSize(1, 0) == 2);
}
