#pragma once
// A run: nodes of a topology publish and follow while faults strike them, then the faults stop, and
// all must come to the same within a bounded time.

#include "tests/simulation/world.h"

namespace banyan::simulation {

struct Scenario {
  Topology topology = Topology::Ring;
  std::size_t nodes = 10;
  std::uint64_t seed = 1;
  std::int64_t faults_ms = 900'000;
  bool has_liars = true;
  bool has_content = false;  // is mirrored, too; then two runs may differ (content_peer.h)

  // "ring:10:1", or with ":content" behind it: what replays it.
  std::string ToString() const;
  static Result<Scenario> Parse(const std::string& text);
};

struct Outcome {
  std::string digest;
  World::Counts counts;
  std::int64_t settled_after_ms = 0;  // the faults' end
};
// Fails the test, and says how to replay the run, when a node holds what nobody signed or goes
// back, or serves content that nobody published, or when the nodes do not come to the same.
Outcome Run(const Scenario& scenario);

}  // namespace banyan::simulation
