#pragma once
// `banyan serve`: a node from its start to its end, in the calling thread.

#include "node/config.h"

namespace banyan::node {

// Starts a node on the real disk, clock and random source, and returns when it was told to stop:
// at SIGTERM or SIGINT running requests may end within http.stop_grace; a second signal ends them
// at once. Fails when the node cannot start. One at a time in a process; SIGPIPE is ignored from
// here on.
Status Serve(const Config& config);

}  // namespace banyan::node
