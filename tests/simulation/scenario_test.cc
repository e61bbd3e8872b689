// Nodes in named topologies, with faults: safe at every step, and of one mind once the faults stop.
#include "tests/simulation/scenario.h"

#include <cstdlib>
#include <iostream>

#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::simulation;

namespace {

bool IsLong() { return std::getenv("BANYAN_LONG") != nullptr; }

struct Sums {
  std::uint64_t restored = 0;  // origins
  std::uint64_t epochs = 0;    // that repaired a fork
};

Sums RunAll(Topology topology, std::size_t nodes, std::uint64_t seeds) {
  Sums sums;
  for (std::uint64_t seed = 1; seed <= (IsLong() ? 20 * seeds : seeds); ++seed) {
    const auto outcome = Run({topology, nodes, seed});
    CHECK(outcome.counts.asks > 0);
    sums.restored += outcome.counts.origins_restored;
    sums.epochs += outcome.counts.epochs;
    if (topology != Topology::Campus) continue;
    INFO("seed " << seed);
    CHECK(outcome.counts.brought > 0);
    CHECK(outcome.least_reached > 0);  // of those behind NAT, too
  }
  return sums;
}

}  // namespace

TEST_CASE("PairSurvivesFaults") {
  const auto sums = RunAll(Topology::Pair, 2, 10);
  CHECK(sums.restored > 0);
  CHECK(sums.epochs > 0);
}
TEST_CASE("RingSurvivesFaults") { RunAll(Topology::Ring, 7, 4); }
TEST_CASE("StarSurvivesFaults") { RunAll(Topology::Star, 8, 4); }
TEST_CASE("CliqueSurvivesFaults") { RunAll(Topology::Clique, 6, 4); }
TEST_CASE("SmallWorldSurvivesFaults") { RunAll(Topology::SmallWorld, 50, 1); }
TEST_CASE("CampusBehindNatSurvivesFaults") { RunAll(Topology::Campus, 12, 3); }

// With BANYAN_LONG only.
TEST_CASE("AThousandNodesSurviveFaults") {
  if (IsLong()) CHECK(Run({Topology::SmallWorld, 1000, 1}).least_reached > 100);
}

TEST_CASE("ContentSurvivesFaults") {
  for (std::uint64_t seed = 1; seed <= (IsLong() ? 100u : 4u); ++seed) {
    Scenario scenario{Topology::SmallWorld, 6, seed};
    scenario.has_content = true;
    const auto outcome = Run(scenario);
    CHECK(outcome.counts.mirrored > 0);
  }
}

TEST_CASE("TheSameSeedGivesTheSameRun") {
  const Scenario scenario{Topology::SmallWorld, 8, 77};
  const auto once = Run(scenario);
  CHECK(Run(scenario).digest == once.digest);
  CHECK(Run({Topology::SmallWorld, 8, 78}).digest != once.digest);
}

// BANYAN_SIMULATE=TOPOLOGY:NODES:SEED[:content], as a failing run prints it; BANYAN_TRACE=1 shows
// each event.
TEST_CASE("AskedForRun") {
  const auto* const asked = std::getenv("BANYAN_SIMULATE");
  if (asked == nullptr) return;
  const auto outcome = Run(MUST(Scenario::Parse(asked)));
  std::cout << "digest " << outcome.digest << ", " << outcome.counts.steps << " steps, "
            << outcome.counts.asks << " asks, " << outcome.counts.hints << " hints, "
            << outcome.counts.crashes << " crashes, " << outcome.counts.origins_restored
            << " origins put back, " << outcome.counts.epochs << " forks repaired, settled after "
            << outcome.settled_after_ms << " ms\n";
}
