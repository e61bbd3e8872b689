#pragma once
// The node's own log over HTTP (node/api/log.md): what it is, and its files as C2SP's tlog-tiles
// has them.

#include "node/http/router.h"
#include "node/own_log.h"

namespace banyan::node {

// `log` outlives the router.
void AddLogRoutes(Router& router, OwnLog& log, const Config& config);

}  // namespace banyan::node
