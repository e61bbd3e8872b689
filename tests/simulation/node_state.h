#pragma once
// What a node is, without times: equal ones do the same from now on, and who asks them is answered
// the same.

#include <map>

#include "tests/simulation/service_memory.h"
#include "tests/simulation/sim_node.h"
#include "tests/simulation/truth.h"

namespace banyan::simulation {

// Numbers in the journals of followers are times, so each gets the name of the change that it was
// given to.
class JournalNames {
 public:
  // Names the changes of a node since it was looked at last. `lives` says how often an older copy
  // of it was put back: numbers of a later life are larger.
  void Look(SimNode& node, std::size_t lives);
  std::string NameOf(const federation::JournalPlace& place) const;

 private:
  std::map<std::pair<std::string, std::uint64_t>, std::string> names_;
};

struct NodeState {
  std::string shown;  // all that its answers depend on
  std::string rest;   // of its catalog, what its service knows, and what the watch saw of it
};
NodeState StateOf(SimNode& node, const JournalNames& names, const Watch& watch);

}  // namespace banyan::simulation
