#pragma once
// `banyan serve`: a node from its start to its end, in the calling thread.

#include <functional>

#include "node/config.h"

namespace banyan::node {

// Starts a node on the real disk, clock and random source, calls `wait`, and stops when that
// returns: running requests may end within http.stop_grace. Fails when the node cannot start. One
// at a time in a process; SIGPIPE is ignored from here on, and new files are private.
Status Serve(const Config& config, const std::function<void()>& wait);

}  // namespace banyan::node
