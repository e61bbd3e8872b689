#pragma once
// Where a node is: "http://host:port" or "https://host/prefix".

#include <string>
#include <string_view>

#include "storage/base/result.h"

namespace banyan::cli {

// A checked address without a slash at its end. Equal addresses have equal text.
class NodeUrl {
 public:
  // Where `banyan serve` listens unless told otherwise.
  static NodeUrl Default();
  // Takes "host", "host:port" and URLs with http or https; without a scheme it is http on this
  // machine and https elsewhere. Invalid for anything else, and for user names, queries and
  // fragments.
  static Result<NodeUrl> Parse(std::string_view text);
  const std::string& ToString() const { return url_; }

  // The path below the node of a link that it sent (absolute, or beginning with "/"), whatever
  // host that names: requests, and with them the token, go to this node only. Invalid when it is
  // no such link.
  Result<std::string> PathOf(std::string_view link) const;

  // On this machine: proxies do not apply, and nobody listens in.
  bool IsLoopback() const { return is_loopback_; }
  bool IsEncrypted() const { return url_.starts_with("https:"); }

  bool operator==(const NodeUrl&) const = default;

 private:
  NodeUrl() = default;
  std::string url_;
  std::string prefix_;  // "/hub", mostly empty
  bool is_loopback_ = false;
};

}  // namespace banyan::cli
