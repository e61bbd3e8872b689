#include "node/links.h"

#include <algorithm>

#include "node/http/network.h"

namespace banyan::node {
namespace {

constexpr std::size_t kMaxNameBytes = 253;

bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '-' || c == '_';
}

bool IsPort(std::string_view text) {
  return !text.empty() && text.size() <= 5 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

HostForm CheckHost(std::string_view host) {
  const bool is_v6 = host.starts_with('[');
  const auto end = is_v6 ? host.find(']') : host.find(':');
  auto name = host.substr(0, end);
  auto rest = end == host.npos ? std::string_view() : host.substr(end);
  if (is_v6) {
    if (rest.empty() || !IpAddress::Parse(name.substr(1))) return HostForm::Invalid;
    rest.remove_prefix(1);
  } else if (name.empty() || name.size() > kMaxNameBytes ||
             !std::all_of(name.begin(), name.end(), IsNameCharacter)) {
    return HostForm::Invalid;
  }
  const bool good = rest.empty() || (rest.front() == ':' && IsPort(rest.substr(1)));
  return good ? HostForm::Valid : HostForm::Invalid;
}

std::string BaseUrl(const Config& config, const Request& request) {
  if (!config.public_url.empty()) return config.public_url;
  const auto host = request.headers.Find("Host");
  const bool usable = host && CheckHost(*host) == HostForm::Valid;
  return (request.is_tls ? "https://" : "http://") + (usable ? std::string(*host) : config.listen);
}

std::string LinkIn(const Hub& hub, const Request& request, std::string_view path) {
  if (!hub.config.public_url.empty()) return hub.Link(path);
  return BaseUrl(hub.config, request) + std::string(path);
}

}  // namespace banyan::node
