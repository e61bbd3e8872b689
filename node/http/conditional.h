#pragma once
// Preconditions and ranges of a GET or HEAD (RFC 9110 sections 13 and 14), in one place for every
// route that serves bytes.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "node/http/http_types.h"

namespace banyan::node {

// Whether a list of entity tags (If-None-Match, If-Match) names `etag` or is "*". Both are quoted;
// a tag sent without quotes is taken as one, since some clients do so. With `weak`, W/"x" equals
// "x".
bool MatchesEntityTag(std::string_view list, std::string_view etag, bool weak);

struct ByteSelection {
  std::uint64_t offset = 0;
  std::uint64_t size_bytes = 0;
};

// Decides the answer for a body of `total_bytes` with this ETag (strong, quoted): sets the status
// (200, 206, 304, 412 or 416), ETag, Accept-Ranges and Content-Range, for an error also its body.
// Returns the bytes that the caller gives as the body; nullopt when there are none to give. The
// same for HEAD, whose body is not sent and which takes no range.
std::optional<ByteSelection> SelectBytes(const Request& request, std::string_view etag,
                                         std::uint64_t total_bytes, Response& response);

}  // namespace banyan::node
