#include "node/http/cors.h"

#include "node/http/http_error.h"

namespace banyan::node {
namespace {

constexpr std::string_view kExposed =
    "X-Repo-Commit, X-Request-Id, X-Error-Code, X-Error-Message, X-Total-Count, ETag, Link, "
    "Accept-Ranges, Content-Range, Content-Disposition, X-Linked-Size, X-Linked-Etag, "
    "X-Xet-Hash, X-Xet-Refresh-Route, X-Xet-Access-Token, X-Xet-Token-Expiration, X-Xet-Cas-Url, "
    "RateLimit, RateLimit-Policy, Retry-After";

}  // namespace

void AllowOrigins(const Request& request, Response& response) {
  if (!request.headers.Has("Origin")) return;
  response.headers.Set("Access-Control-Allow-Origin", "*");
  response.headers.Set("Access-Control-Expose-Headers", kExposed);
}

bool AnswerPreflight(const Request& request, Response& response) {
  if (request.method != "OPTIONS" || !request.headers.Has("Origin") ||
      !request.headers.Has("Access-Control-Request-Method")) {
    return false;
  }
  response.status = 204;
  response.headers.Set("Access-Control-Allow-Origin", "*");
  response.headers.Set("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, DELETE, OPTIONS");
  response.headers.Set("Access-Control-Max-Age", "86400");
  const auto wanted = request.headers.Joined("Access-Control-Request-Headers");
  // "*" does not cover Authorization, so what is asked for is allowed by name.
  if (!wanted.empty()) {
    response.headers.Set("Access-Control-Allow-Headers", HeaderSafe(wanted));
  }
  return true;
}

}  // namespace banyan::node
