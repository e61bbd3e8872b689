#pragma once
// Logs over HTTP (node/api/log.md): which node this is, the heads that it holds, and the files of
// its own log and of those that it follows, as C2SP's tlog-tiles has them.

#include <functional>

#include "node/http/router.h"
#include "node/hub.h"
#include "node/own_log.h"

namespace banyan::node {

// Both outlive the router. `sign_due` is called before heads are told, so that what has just
// changed here is among them; it waits a moment at most.
void AddLogRoutes(Router& router, Hub& hub, OwnLog& log, std::function<void()> sign_due);

}  // namespace banyan::node
