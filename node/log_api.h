#pragma once
// Logs over HTTP (node/api/log.md): which node this is, the heads that it holds, and the files of
// its own log and of those that it follows, as C2SP's tlog-tiles has them.

#include "node/http/router.h"
#include "node/hub.h"
#include "node/own_log.h"

namespace banyan::node {

// Both outlive the router.
void AddLogRoutes(Router& router, Hub& hub, OwnLog& log);

}  // namespace banyan::node
