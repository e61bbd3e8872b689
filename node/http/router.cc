#include "node/http/router.h"

#include <map>
#include <set>
#include <vector>

#include "node/http/http_error.h"
#include "node/http/uri.h"
#include "storage/base/check.h"

namespace banyan::node {
namespace {

struct Route {
  Handler handler;
  RouteOptions options;
  std::vector<std::string> names;  // of the parameters, in order of the pattern
};

using Segments = std::vector<std::string_view>;

}  // namespace

struct Router::Node {
  std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
  std::unique_ptr<Node> one;   // `:name`
  std::unique_ptr<Node> rest;  // `*name`
  std::map<std::string, Route, std::less<>> methods;

  Node& Child(std::string_view segment);
  const Route* FindRoute(std::string_view method) const;
};

namespace {

template <typename Node>
struct Search {
  std::string_view path;
  std::string_view method;
  const Segments& segments;
  std::vector<std::string_view> values;  // raw, of the parameters on the way here
  std::set<std::string> allowed;         // methods of patterns that match the path

  // Depth is bounded by the longest pattern, so a hostile path cannot make this expensive.
  const Route* Walk(const Node& node, std::size_t index) {
    if (index == segments.size()) return Accept(node);
    const auto segment = segments[index];
    if (const auto found = node.literals.find(segment); found != node.literals.end()) {
      if (const Route* route = Walk(*found->second, index + 1)) return route;
    }
    if (node.one && !segment.empty()) {
      values.push_back(segment);
      if (const Route* route = Walk(*node.one, index + 1)) return route;
      values.pop_back();
    }
    if (!node.rest) return nullptr;
    values.push_back(path.substr(static_cast<std::size_t>(segment.data() - path.data())));
    if (const Route* route = Accept(*node.rest)) return route;
    values.pop_back();
    return nullptr;
  }

  const Route* Accept(const Node& node) {
    if (const Route* route = node.FindRoute(method)) return route;
    for (const auto& [name, unused] : node.methods) {
      allowed.insert(name);
      if (name == "GET") allowed.insert("HEAD");
    }
    return nullptr;
  }
};

std::string JoinNames(const std::set<std::string>& names) {
  std::string out;
  for (const auto& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

}  // namespace

Router::Node& Router::Node::Child(std::string_view segment) {
  auto& child = segment.starts_with(':')   ? one
                : segment.starts_with('*') ? rest
                                           : literals[std::string(segment)];
  if (!child) child = std::make_unique<Node>();
  return *child;
}

const Route* Router::Node::FindRoute(std::string_view method) const {
  auto found = methods.find(method);
  if (found == methods.end() && method == "HEAD") found = methods.find("GET");
  return found == methods.end() ? nullptr : &found->second;
}

Router::Router() : root_(std::make_unique<Node>()) {}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

void Router::Add(std::string_view method, std::string_view pattern, Handler handler,
                 RouteOptions options) {
  ENSURE(pattern.starts_with('/'));
  Node* node = root_.get();
  std::vector<std::string> names;
  const auto segments = SplitPath(pattern);
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const auto segment = segments[i];
    ENSURE(!segment.starts_with('*') || i + 1 == segments.size());
    if (segment.starts_with(':') || segment.starts_with('*')) names.emplace_back(segment.substr(1));
    node = &node->Child(segment);
  }
  Route route{std::move(handler), options, std::move(names)};
  ENSURE(node->methods.emplace(method, std::move(route)).second);
  if (!options.is_alias) routes_.push_back({std::string(method), std::string(pattern)});
}

void Router::AnswerNotFound(Response& response) { Fail(response, 404, "Not found"); }

void Router::Dispatch(Request& request, Response& response) const {
  const auto segments = SplitPath(request.path);
  Search<Node> search{request.path, request.method, segments, {}, {}};
  const Route* route = search.Walk(*root_, 0);
  if (route == nullptr && search.allowed.empty()) return AnswerNotFound(response);
  if (route == nullptr) {
    response.headers.Set("Allow", JoinNames(search.allowed));
    return Fail(response, 405, "This method is not allowed here");
  }
  request.params.clear();
  for (std::size_t i = 0; i < route->names.size(); ++i) {
    auto value = PercentDecode(search.values[i]);
    if (!value) return Fail(response, value.error());
    request.params.push_back({route->names[i], std::string(search.values[i]), *std::move(value)});
  }
  request.LimitBody(route->options.max_body_bytes);
  route->handler(request, response);
}

}  // namespace banyan::node
