#include "node/http/host_port.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <charconv>

namespace banyan::node {

HostPort PeerOf(int fd) {
  sockaddr_storage storage = {};
  socklen_t size = sizeof storage;
  if (::getpeername(fd, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return {};
  std::array<char, INET6_ADDRSTRLEN> text = {};
  if (storage.ss_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(&storage);
    ::inet_ntop(AF_INET, &v4->sin_addr, text.data(), text.size());
    return {text.data(), ntohs(v4->sin_port)};
  }
  if (storage.ss_family != AF_INET6) return {};
  const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&storage);
  const bool is_v4 = IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr);
  ::inet_ntop(is_v4 ? AF_INET : AF_INET6, v6->sin6_addr.s6_addr + (is_v4 ? 12 : 0), text.data(),
              text.size());
  return {text.data(), ntohs(v6->sin6_port)};
}

Result<HostPort> ParseHostPort(std::string_view text) {
  const Error bad(Errc::Invalid, "\"" + std::string(text) + "\" is not host:port");
  const auto colon = text.rfind(':');
  if (colon == text.npos) return bad;
  auto host = text.substr(0, colon);
  const auto digits = text.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != host.npos) {
    return bad;
  }
  HostPort out{std::string(host), 0};
  const auto* end = digits.data() + digits.size();
  const auto [stop, fault] = std::from_chars(digits.data(), end, out.port);
  if (host.empty() || digits.empty() || stop != end || fault != std::errc()) return bad;
  return out;
}

}  // namespace banyan::node
