#pragma once
// One line for each answered request, written when its body has been sent: what was asked, by
// whom, and how it went. Never in it: queries (they may hold signed links), header values other
// than the user agent, tokens.

#include <memory>

#include "node/http/http_types.h"
#include "node/metrics.h"
#include "storage/base/clock.h"

namespace banyan::node {

// Call after the handler. If the answer has a producer, wraps it to log after the last byte, else
// logs at once. `started_ms` is monotonic.
void LogAccess(Clock& clock, std::int64_t started_ms, const Request& request, Response& response);

// `text` in double quotes, with quotes, backslashes and control characters escaped and at most
// `max_bytes` of it, so that a line stays one line.
std::string QuoteForLog(std::string_view text, std::size_t max_bytes = 256);

}  // namespace banyan::node
