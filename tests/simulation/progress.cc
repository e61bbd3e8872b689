// How far the log of an origin has come.
//
// After a fork an origin goes on from what it and the peers that it reaches have in common. Who
// holds another history than that cannot go on from there (PROTOCOL.md section 9), and who was
// stopped by a fork of which the origin never hears waits: these, and who hears of the origin
// through them alone, are left behind. Not so the origin's own peers: what they hold, and what
// stopped them, it asks for.
#include <algorithm>

#include "tests/simulation/world.h"
#include "tests/support/must.h"

namespace banyan::simulation {

using namespace federation;

namespace {

bool IsStopped(SimNode& node, const NodeId& origin) {
  auto lease = MUST(node.database().Read());
  auto rows =
      lease->Query("SELECT 1 FROM origin WHERE node = ? AND stopped != ''", origin.genesis());
  return rows.Next();
}

}  // namespace

std::uint64_t World::HeldSize(std::size_t i, std::size_t origin) const {
  return nodes_[i].watch.HeldSize(nodes_[origin].node->id());
}

bool World::HasPeer(std::size_t i, std::size_t peer) const {
  const auto& peers = nodes_[i].peers;
  return std::ranges::find(peers, peer) != peers.end();
}

bool World::IsLeftBehind(std::size_t i, std::size_t origin) const {
  if (!options_.asks_first || !nodes_[i].node->is_up()) return false;
  const auto& place = nodes_[origin];
  const auto& id = place.node->id();
  const auto held = nodes_[i].watch.Held(id);
  if (held.state.size == 0) return false;
  const bool goes_on = truth_.at(id).GoesOnFrom(place.node->name(), held);
  if (held.epoch != place.released.epoch) return !goes_on;
  return !HasPeer(origin, i) && (!goes_on || IsStopped(*nodes_[i].node, id));
}

// From the origin along those who ask and who tell the truth.
World::Progress World::ProgressOf(std::size_t origin) const {
  const auto& id = nodes_[origin].node->id();
  std::vector<bool> has_it(nodes_.size());
  std::vector<std::size_t> frontier = {origin};
  has_it[origin] = true;
  Progress progress;
  while (!frontier.empty()) {
    const auto from = frontier.back();
    frontier.pop_back();
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      const auto& place = nodes_[i];
      if (has_it[i] || place.conduct != Conduct::Honest || !HasPeer(i, from)) continue;
      if (nodes_[from].is_behind_nat && !place.callers.contains(from)) continue;
      const bool is_there = place.watch.Held(id) == nodes_[origin].released;
      if (!is_there && IsLeftBehind(i, origin)) continue;
      has_it[i] = true;
      frontier.push_back(i);
      ++progress.reachable;
      progress.there += is_there ? 1 : 0;
    }
  }
  return progress;
}

bool World::IsConverged() const {
  for (std::size_t origin = 0; origin < options_.origins; ++origin) {
    const auto progress = ProgressOf(origin);
    if (!nodes_[origin].node->is_signing() || progress.there < progress.reachable) return false;
  }
  return true;
}

std::string World::Lagging() const {
  std::string text;
  for (std::size_t origin = 0; origin < options_.origins; ++origin) {
    const auto& place = nodes_[origin];
    text += place.node->name() + " is at " + std::to_string(place.released.epoch) + ":" +
            std::to_string(place.released.state.size) + " " + place.node->Problem() + "\n";
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      const auto held = nodes_[i].watch.Held(place.node->id());
      text += " node" + std::to_string(i) + "=" + std::to_string(held.epoch) + ":" +
              std::to_string(held.state.size) + (IsLeftBehind(i, origin) ? " (left behind)" : "");
    }
    text += "\n";
  }
  return text;
}

}  // namespace banyan::simulation
