#pragma once
// Addresses and networks for lists of trusted proxies and of metrics readers. Values.

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/base/result.h"

namespace banyan::node {

// IPv4 is held as its v4-mapped IPv6 form, so that both spellings of an address are equal.
class IpAddress {
 public:
  // Numeric text only: "192.0.2.1", "2001:db8::1", also in square brackets.
  static Result<IpAddress> Parse(std::string_view text);
  const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }
  bool IsV4() const;
  // Canonical text, IPv4 dotted.
  std::string ToString() const;
  auto operator<=>(const IpAddress&) const = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
};

class Network {
 public:
  // "10.0.0.0/8", "2001:db8::/32", or one address. Invalid when the prefix is too long or bits
  // beyond it are set: such a line is a mistake.
  static Result<Network> Parse(std::string_view text);
  bool Contains(const IpAddress& address) const;

 private:
  Network(const IpAddress& base, int prefix_bits) : base_(base), prefix_bits_(prefix_bits) {}
  IpAddress base_;
  int prefix_bits_;  // of the 128-bit form
};

using NetworkList = std::vector<Network>;
Result<NetworkList> ParseNetworks(std::span<const std::string> texts);
// False for text that is no address.
bool ContainsAddress(const NetworkList& networks, std::string_view address);

}  // namespace banyan::node
