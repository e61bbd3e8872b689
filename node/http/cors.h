#pragma once
// Cross-origin requests from browsers (the Fetch standard). Any page may read what anybody may
// read, and use a token that it has; no cookie ever counts across origins, for credentials are
// never allowed.

#include "node/http/http_types.h"

namespace banyan::node {

// Lets pages of any origin read the answer and the headers that hub clients need.
void AllowOrigins(const Request& request, Response& response);

// True when the request is a preflight, which is answered then.
bool AnswerPreflight(const Request& request, Response& response);

}  // namespace banyan::node
