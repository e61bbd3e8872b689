#pragma once
// A run: nodes of a topology publish and follow while faults strike them, then the faults stop, and
// all must come to the same within a bounded time. Some nodes lie, to the end. Origins are put back
// to older copies of their disk too, and repair what they forked.

#include "tests/simulation/world.h"

namespace banyan::simulation {

struct Scenario {
  Topology topology = Topology::Ring;
  std::size_t nodes = 10;
  std::uint64_t seed = 1;
  // Is mirrored, too; then two runs may differ (content_peer.h), and no origin is put back.
  bool has_content = false;

  // "ring:10:1", or with ":content" behind it: what replays it.
  std::string ToString() const;
  static Result<Scenario> Parse(const std::string& text);
};

struct Outcome {
  std::string digest;
  World::Counts counts;
  std::int64_t settled_after_ms = 0;  // the faults' end
  std::size_t least_reached = 0;      // of all origins: how many others had to come to its end
};
// Fails the test, and says how to replay the run, when a node holds what nobody signed or goes
// back, or serves content that nobody published, when an origin signs against what a peer had
// stored that it asked before, or when the nodes do not come to the same.
Outcome Run(const Scenario& scenario);

}  // namespace banyan::simulation
