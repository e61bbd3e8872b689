#pragma once
// Finds the handler of a request by method and path. Patterns are segments between slashes:
//   literal   matches itself, compared undecoded
//   :name     matches one segment that is not empty
//   *name     last in the pattern: the rest of the path, one segment or more
// so "/:ns/:repo/resolve/:rev/*path". A literal goes before a ":name" before a "*name", at every
// segment; when that leads nowhere the next is tried. A trailing slash is an empty last segment
// and counts. Built once, then used by many threads.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "node/http/http_types.h"

namespace banyan::node {

using Handler = std::function<void(Request&, Response&)>;

struct RouteOptions {
  // See Request::LimitBody.
  std::uint64_t max_body_bytes = Request::kDefaultBodyLimitBytes;
  // It says what another route says, by another name or for another method: it is not listed.
  bool is_alias = false;
};

struct RouteName {
  std::string method;
  std::string pattern;
};

class Router {
 public:
  Router();
  ~Router();
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;

  // `method` is GET, POST, PUT, DELETE, PATCH, OPTIONS or HEAD; HEAD falls back to GET. The same
  // method and pattern twice is our own mistake and ends the process. Routes that share a place may
  // call its parameter differently.
  void Add(std::string_view method, std::string_view pattern, Handler handler,
           RouteOptions options = {});
  // What answers a path that matches no pattern: a plain 404.
  static void AnswerNotFound(Response& response);

  // In the order in which they were added, without aliases.
  const std::vector<RouteName>& Routes() const { return routes_; }

  // Sets request.params and the body limit and runs the handler. Answers 404 when no pattern
  // matches, 405 with Allow when one does for other methods only.
  void Dispatch(Request& request, Response& response) const;

 private:
  struct Node;
  std::unique_ptr<Node> root_;
  std::vector<RouteName> routes_;
};

}  // namespace banyan::node
