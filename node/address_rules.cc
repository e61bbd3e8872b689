#include "node/address_rules.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <algorithm>
#include <memory>

namespace banyan::node {
namespace {

using federation::NumericAddress;

Status RequirePublic(const sockaddr& address) {
  const auto number = NumericOf(address);
  if (number && federation::IsPublicUnicast(*number)) return Ok();
  return Error(Errc::Denied,
               "what a log says of where a node is does not lead to a public address: it is not "
               "dialled (`banyan peer add` does, on your word)");
}

bool IsInNetwork(const NumericAddress& address, const ifaddrs& interface) {
  if (interface.ifa_addr == nullptr || interface.ifa_netmask == nullptr) return false;
  const auto own = NumericOf(*interface.ifa_addr);
  const auto mask = NumericOf(*interface.ifa_netmask);
  if (!own || !mask || own->is_v4 != address.is_v4) return false;
  for (std::size_t i = 0; i < (address.is_v4 ? 4u : 16u); ++i) {
    if (((own->bytes[i] ^ address.bytes[i]) & mask->bytes[i]) != 0) return false;
  }
  return true;
}

Status RequireNearby(const sockaddr& address) {
  const Error refused(Errc::Denied, "it is in no network that this machine is in");
  const auto number = NumericOf(address);
  if (!number) return refused;
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return refused;
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owned(list, &::freeifaddrs);
  for (const auto* item = list; item != nullptr; item = item->ifa_next) {
    const bool is_loopback = (item->ifa_flags & IFF_LOOPBACK) != 0;
    if (!is_loopback && IsInNetwork(*number, *item)) return Ok();
  }
  return refused;
}

}  // namespace

std::optional<NumericAddress> NumericOf(const sockaddr& address) {
  NumericAddress out;
  if (address.sa_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(&v4.sin_addr);
    std::copy_n(bytes, 4, out.bytes.begin());
    out.is_v4 = true;
    return out;
  }
  if (address.sa_family != AF_INET6) return std::nullopt;
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
  std::copy_n(v6.sin6_addr.s6_addr, 16, out.bytes.begin());
  return out;
}

AddressRule AddressRuleFor(federation::Found found) {
  switch (found) {
    case federation::Found::Named: break;
    case federation::Found::InLog: return RequirePublic;
    case federation::Found::Nearby: return RequireNearby;
  }
  return {};
}

}  // namespace banyan::node
