#pragma once
// The header fields of an answer as they go out: the handler's, cleaned, and the server's own.

#include <cstdint>
#include <string>

#include "node/http/http_types.h"

namespace banyan::node {

struct AnswerContext {
  std::string_view method;
  std::string_view request_id;
  bool is_http10 = false;
  bool closes = false;  // the connection ends after this answer
  std::int64_t now_ms = 0;
};

// How the end of the body is marked.
enum class Framing { None, Length, Chunked, UntilClose };

struct AnswerHead {
  HeaderList headers;
  Framing framing = Framing::None;  // None: 204, 304
};

// Fields that belong to the connection (Content-Length, Transfer-Encoding, Connection, Date, ...)
// are the server's alone, but for the Content-Length of a HEAD or 304 answer without a body.
// Names that are not tokens are dropped; control characters in values become spaces.
AnswerHead MakeAnswerHead(const Response& response, const AnswerContext& context);

// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 section 5.6.7).
std::string HttpDate(std::int64_t unix_ms);

}  // namespace banyan::node
