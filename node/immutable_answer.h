#pragma once
// Answers of what is named by its hash, and so never changes.

#include "node/http/http_types.h"
#include "storage/base/bytes.h"

namespace banyan::node {

inline constexpr std::string_view kBinary = "application/octet-stream";
// A private answer stays out of shared caches.
inline constexpr std::string_view kImmutable = "private, max-age=31536000, immutable";

// Preconditions, ranges and body of a GET for these bytes, with `tag` as their strong ETag (without
// quotes).
void AnswerImmutable(const Request& request, const std::string& tag, const Bytes& bytes,
                     Response& response);

}  // namespace banyan::node
