#pragma once
// Parses the head of one request (RFC 9112) strictly: what two programs could read in two ways,
// and what we do not offer, is refused, so that no request can hide inside another.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "node/http/http_server.h"
#include "node/http/http_types.h"

namespace banyan::node {

struct RequestHead {
  std::string method;
  std::string target;
  HeaderList headers;
  bool is_http10 = false;
  bool keep_alive = true;
  bool expects_continue = false;
  bool chunked = false;
  std::uint64_t content_length = 0;  // when not chunked
};

// An answer that ends the connection.
struct Refusal {
  int status = 400;
  std::string_view message;
};

// `text` is everything up to and including the empty line. Refuses: line ends that are not CRLF,
// folded or nameless fields, control characters, fields past the limits (431), a request line
// past its limit (414), Host absent or repeated, Content-Length repeated, not a number or beside
// Transfer-Encoding, a coding other than chunked (501), an unknown method (501), an expectation
// other than 100-continue (417), a version other than 1.0 and 1.1 (505).
std::variant<RequestHead, Refusal> ParseRequestHead(std::string_view text,
                                                    const HttpLimits& limits);

// The size of the head at the start of `input`: up to and including the first empty line, or
// npos when it is not complete. The caller knows that none ends within the first `scanned` bytes.
// Line ends before the request line are not part of it: skip LeadingLineEnds first.
std::size_t FindHeadEnd(std::string_view input, std::size_t scanned = 0);
std::size_t LeadingLineEnds(std::string_view input);

// The refusal of a head before its end was seen: it is over a limit (414, 431), or begins like no
// request (400), such as the hello of a TLS client.
std::optional<Refusal> RefuseEarly(std::string_view input, const HttpLimits& limits);

}  // namespace banyan::node
