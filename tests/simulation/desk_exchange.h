#pragma once
// Questions to a node that cannot be reached and calls: through the real desk at which they wait,
// and the list and the parts in which they travel (PROTOCOL.md section 7).

#include "federation/follow/exchange.h"
#include "node/want_desk.h"

namespace banyan::simulation {

// A desk whose calls wait for nothing: time is virtual.
node::WantDeskOptions DeskOptions();

// Asks the node over the desk, which it has called by now; it takes the question from there and
// brings `told`, what it answers. A thread waits at the desk meanwhile, and is gone then.
federation::Answer AskOverDesk(node::WantDesk& desk, Clock& clock, const federation::NodeId& caller,
                               const federation::Ask& ask, const federation::Answer& told);

}  // namespace banyan::simulation
