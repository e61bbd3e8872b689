#pragma once
// The body of a request as JSON.

#include "node/http/http_types.h"
#include "storage/base/json_fwd.h"

namespace banyan::node {

// Parses `text`, a body that was read, once the request holds memory for what comes of it, which
// may be many times its size. Errors as ParseJson, and Request::HoldMemory.
Result<Json> ParseJsonBody(Request& request, std::string_view text, const JsonLimits& limits = {});

}  // namespace banyan::node
