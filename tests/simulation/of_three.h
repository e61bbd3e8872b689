#pragma once
// An origin and two followers, each a peer of the others: who they are.

#include <memory>

#include "tests/simulation/sim_node.h"

namespace banyan::simulation {

inline constexpr std::size_t kThree = 3;
inline constexpr std::size_t kOrigin = 0;

// Rows of peers are made in this order.
constexpr std::size_t PeerAt(std::size_t i, std::int64_t row) {
  return (i + static_cast<std::size_t>(row)) % kThree;
}
constexpr std::int64_t RowOf(std::size_t i, std::size_t peer) {
  return static_cast<std::int64_t>((peer + kThree - i) % kThree);
}

// Node `i`, started; it mirrors no content. The origin has a fence, and the others follow it.
std::unique_ptr<SimNode> StartOfThree(std::size_t i, const federation::ServiceOptions& service,
                                      Clock& clock, const federation::NodeId* origin);

}  // namespace banyan::simulation
