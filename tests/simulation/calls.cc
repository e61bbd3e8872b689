// Nodes that can only dial out: they call those that they dial, which have them as peers without an
// address, and bring what is wanted of them. Such a call always waits, as long as both run and
// reach each other; each tick begins a new one.
#include <algorithm>
#include <utility>

#include "tests/simulation/desk_exchange.h"
#include "tests/simulation/world.h"

namespace banyan::simulation {

using namespace federation;

bool World::Calls(std::size_t i, std::size_t to) const {
  return nodes_[to].callers.contains(i) && nodes_[i].node->is_up() && Reaches(i, to);
}

// One that was away for long, or was started anew, is to be asked at once.
void World::CallAll(std::size_t i) {
  for (const auto to : nodes_[i].peers) {
    if (!Calls(i, to)) continue;
    auto& place = nodes_[to];
    const auto life = nodes_[i].life + 1;  // 0: it has not called yet
    const bool is_new = std::exchange(place.callers.at(i), life) != life;
    place.desk->Call(node(i).id(),
                     is_new ? node::WantDesk::Begins::Anew : node::WantDesk::Begins::On);
    if (!std::exchange(place.has_come, false)) continue;
    const auto row = std::ranges::find(place.peers, i) - place.peers.begin() + 1;
    Give(to, PeerCame{row});
  }
}

Answer World::TakeFromCaller(std::size_t i, std::size_t caller, const Ask& ask,
                             const Answer& told) {
  ++counts_.brought;
  auto& place = nodes_[i];
  place.desk->Call(node(caller).id());
  return AskOverDesk(*place.desk, events_.clock(), node(caller).id(), ask, told);
}

}  // namespace banyan::simulation
