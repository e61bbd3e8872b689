#pragma once
// Whom a node dials besides the peers that its operator named, and what it tells of those
// (PROTOCOL.md section 13). Values.

#include <set>

#include "federation/format/node_id.h"

namespace banyan::federation {

struct PeerRules {
  enum class Dial { None, Followed, Any };  // of nodes whose address was learned
  Dial dial = Dial::Followed;
  std::size_t most = 8;      // learned peers at once
  std::set<NodeId> refused;  // never dialled, unless the operator named their address
  bool publishes = true;     // the own log says where named peers were reached
};

}  // namespace banyan::federation
