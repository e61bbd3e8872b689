#pragma once
// The body of a request without its Content-Encoding: gzip (RFC 1952), which git's clients use for
// requests over a kilobyte, or none.

#include <memory>

#include "node/http/http_types.h"

namespace banyan::node {

// Used by one thread; borrows the request.
class RequestBody {
 public:
  // Invalid for another coding.
  static Result<std::unique_ptr<RequestBody>> Open(Request& request);
  explicit RequestBody(Request& request) : request_(request) {}
  virtual ~RequestBody() = default;

  // As Request::ReadBody, of decoded bytes, which may be more than the limit of the body by far:
  // the caller bounds them. Invalid when they are malformed or break off.
  virtual Result<std::size_t> Read(std::span<std::uint8_t> out) = 0;
  // All of it; TooLarge beyond `max_bytes`. Holds memory for it.
  Result<std::string> ReadAll(std::size_t max_bytes);

 protected:
  Request& request_;
};

}  // namespace banyan::node
