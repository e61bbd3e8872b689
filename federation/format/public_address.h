#pragma once
// Which IP addresses a stranger's word may lead to: public unicast and nothing else, so that
// nobody's log makes a node speak to its own network (PROTOCOL.md section 13; special purposes:
// RFC 6890 and the registries of IANA that follow it). Pure functions.

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace banyan::federation {

// In network order. An IPv4 address that came inside of an IPv6 one is an IPv6 address.
struct NumericAddress {
  bool is_v4 = false;
  std::array<std::uint8_t, 16> bytes{};  // of IPv4 the first four
};

// Dotted decimal with four numbers, or IPv6 in any form of RFC 4291, without a zone. nullopt for
// anything else: other ways to write numbers are names here, and are looked at once resolved.
std::optional<NumericAddress> ParseNumericAddress(std::string_view text);

bool IsPublicUnicast(const NumericAddress& address);

}  // namespace banyan::federation
