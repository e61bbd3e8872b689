#include "node/own_address.h"

#include "node/http/host_port.h"

namespace banyan::node {
namespace {

std::string_view WithoutSlash(std::string_view url) {
  while (url.ends_with('/')) url.remove_suffix(1);
  return url;
}

bool IsLoopback(std::string_view host) {
  return host == "localhost" || host == "127.0.0.1" || host == "::1";
}

bool IsAny(std::string_view host) { return host == "0.0.0.0" || host == "::"; }

}  // namespace

bool IsOwnAddress(const Config& config, std::string_view address) {
  if (!config.public_url.empty() && address == WithoutSlash(config.public_url)) return true;
  const auto scheme = address.find("://");
  if (scheme == address.npos) return false;
  const auto asked = ParseHostPort(address.substr(scheme + 3));
  const auto listen = ParseHostPort(config.listen);
  if (!asked || !listen || asked->port != listen->port) return false;
  const bool is_here = IsLoopback(listen->host) || IsAny(listen->host);
  return asked->host == listen->host || (is_here && IsLoopback(asked->host));
}

}  // namespace banyan::node
