#include "cli/node_url.h"

#include <algorithm>
#include <charconv>

#include "cli/text.h"
#include "storage/base/ascii_case.h"

namespace banyan::cli {
namespace {

constexpr std::string_view kDefault = "http://127.0.0.1:8440";

Error NotAnAddress(std::string_view text) {
  return Error(Errc::Invalid,
               "'" + Printable(text) + "' is no address of a node: write it as https://host:port");
}

bool IsPort(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && port > 0;
}

bool IsHostName(std::string_view host) {
  return !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
  });
}

bool IsV6(std::string_view host) {
  return host.size() > 2 && host.find_first_not_of("0123456789abcdef:.") == host.npos;
}

bool NamesThisMachine(std::string_view host) {
  return host == "localhost" || host.ends_with(".localhost") || host.starts_with("127.") ||
         host == "::1";
}

// "host", "host:port", "[v6]:port".
struct Authority {
  std::string host;  // without brackets
  std::string port;  // may be empty
};
Result<Authority> ParseAuthority(std::string_view text) {
  const auto lower = LowerAscii(text);
  Authority authority;
  std::size_t after = 0;
  if (lower.starts_with('[')) {
    after = lower.find(']');
    if (after == lower.npos || !IsV6(lower.substr(1, after - 1))) return NotAnAddress(text);
    authority.host = lower.substr(1, after - 1);
    ++after;
  } else {
    after = std::min(lower.find(':'), lower.size());
    authority.host = lower.substr(0, after);
    if (!IsHostName(authority.host)) return NotAnAddress(text);
  }
  if (after == lower.size()) return authority;
  authority.port = lower.substr(after + 1);
  if (lower[after] != ':' || !IsPort(authority.port)) return NotAnAddress(text);
  return authority;
}

bool IsPathText(std::string_view path) {
  return std::all_of(path.begin(), path.end(),
                     [](char c) { return c > ' ' && c < 0x7f && c != '"' && c != '\\'; });
}

}  // namespace

NodeUrl NodeUrl::Default() {
  auto url = Parse(kDefault);
  ENSURE(url.has_value());
  return *url;
}

Result<NodeUrl> NodeUrl::Parse(std::string_view text) {
  auto rest = text;
  std::string scheme;
  if (const auto mark = rest.find("://"); mark != rest.npos) {
    scheme = LowerAscii(rest.substr(0, mark));
    rest.remove_prefix(mark + 3);
    if (scheme != "http" && scheme != "https") return NotAnAddress(text);
  }
  const auto slash = std::min(rest.find('/'), rest.size());
  auto authority = ParseAuthority(rest.substr(0, slash));
  if (!authority) return NotAnAddress(text);
  NodeUrl url;
  url.prefix_ = rest.substr(slash);
  while (url.prefix_.ends_with('/')) url.prefix_.pop_back();
  if (url.prefix_.find_first_of("?#") != url.prefix_.npos || !IsPathText(url.prefix_)) {
    return NotAnAddress(text);
  }
  url.is_loopback_ = NamesThisMachine(authority->host);
  if (scheme.empty()) scheme = url.is_loopback_ ? "http" : "https";
  const bool is_usual = authority->port == (scheme == "http" ? "80" : "443");
  const bool is_v6 = authority->host.find(':') != std::string::npos;
  url.url_ = scheme + "://" + (is_v6 ? "[" + authority->host + "]" : authority->host);
  if (!authority->port.empty() && !is_usual) url.url_ += ":" + authority->port;
  url.url_ += url.prefix_;
  return url;
}

Result<std::string> NodeUrl::PathOf(std::string_view link) const {
  auto path = link;
  if (const auto mark = path.find("://"); mark != path.npos) {
    const auto slash = path.find('/', mark + 3);
    path = slash == path.npos ? "/" : path.substr(slash);
  }
  if (!path.starts_with('/') || !IsPathText(path)) {
    return Error(Errc::Invalid, "the node sent a link that is none: '" + Printable(link) + "'");
  }
  if (path.starts_with(prefix_ + "/")) path.remove_prefix(prefix_.size());
  return std::string(path);
}

}  // namespace banyan::cli
