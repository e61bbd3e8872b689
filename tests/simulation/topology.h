#pragma once
// Who has whom as a peer. Values; the same seed gives the same edges.

#include <cstddef>
#include <string>
#include <vector>

#include "storage/base/result.h"
#include "tests/support/fake_random.h"

namespace banyan::simulation {

enum class Topology { Pair, Ring, Star, Clique, SmallWorld, Regular, Campus };

// "ring" and so on.
std::string ToString(Topology topology);
Result<Topology> ParseTopology(const std::string& text);
const std::vector<Topology>& AllTopologies();

struct Edges {
  std::vector<std::vector<std::size_t>> peers;  // of each node, in order, nobody twice, not itself
  // It dials, cannot be dialled, and brings what those want that it dials.
  std::vector<bool> behind_nat;
};
// Pair: always two nodes. Star: node 0 in the middle. SmallWorld: a ring with its next but one, and
// some far edges. Regular: every node has five. Campus: nodes 1 to a half dial node 0, which has
// the rest, a small world, as peers.
Edges MakeEdges(Topology topology, std::size_t nodes, FakeRandom& random);

}  // namespace banyan::simulation
