#include "node/http/network.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace banyan::node {
namespace {

constexpr std::array<std::uint8_t, 12> kV4Prefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr int kV4PrefixBits = 96;

int BitAt(const std::array<std::uint8_t, 16>& bytes, int index) {
  return bytes[static_cast<std::size_t>(index / 8)] >> (7 - index % 8) & 1;
}

}  // namespace

Result<IpAddress> IpAddress::Parse(std::string_view text) {
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  const std::string copy(text);
  IpAddress out;
  if (copy.find('\0') == copy.npos) {
    if (::inet_pton(AF_INET6, copy.c_str(), out.bytes_.data()) == 1) return out;
    std::copy(kV4Prefix.begin(), kV4Prefix.end(), out.bytes_.begin());
    if (::inet_pton(AF_INET, copy.c_str(), out.bytes_.data() + kV4Prefix.size()) == 1) return out;
  }
  return Error(Errc::Invalid, "\"" + copy + "\" is not a numeric address");
}

bool IpAddress::IsV4() const {
  return std::equal(kV4Prefix.begin(), kV4Prefix.end(), bytes_.begin());
}

std::string IpAddress::ToString() const {
  char text[INET6_ADDRSTRLEN] = {};
  const bool v4 = IsV4();
  ::inet_ntop(v4 ? AF_INET : AF_INET6, bytes_.data() + (v4 ? kV4Prefix.size() : 0), text,
              sizeof(text));
  return text;
}

Result<Network> Network::Parse(std::string_view text) {
  const auto slash = text.find('/');
  const IpAddress base = TRY(IpAddress::Parse(text.substr(0, slash)));
  int prefix_bits = 128;
  if (slash != text.npos) {
    const auto number = text.substr(slash + 1);
    const auto end = number.data() + number.size();
    const auto parsed = std::from_chars(number.data(), end, prefix_bits);
    const int most = base.IsV4() ? 32 : 128;
    if (parsed.ec != std::errc() || parsed.ptr != end || prefix_bits < 0 || prefix_bits > most) {
      return Error(Errc::Invalid, "\"" + std::string(text) + "\" has a bad prefix length");
    }
    if (base.IsV4()) prefix_bits += kV4PrefixBits;
  }
  for (int bit = prefix_bits; bit < 128; ++bit) {
    if (BitAt(base.bytes(), bit) == 0) continue;
    return Error(Errc::Invalid,
                 "\"" + std::string(text) + "\" has address bits beyond its prefix length");
  }
  return Network(base, prefix_bits);
}

bool Network::Contains(const IpAddress& address) const {
  for (int bit = 0; bit < prefix_bits_; ++bit) {
    if (BitAt(base_.bytes(), bit) != BitAt(address.bytes(), bit)) return false;
  }
  return true;
}

Result<NetworkList> ParseNetworks(std::span<const std::string> texts) {
  NetworkList networks;
  for (const auto& text : texts) networks.push_back(TRY(Network::Parse(text)));
  return networks;
}

bool ContainsAddress(const NetworkList& networks, std::string_view address) {
  const auto parsed = IpAddress::Parse(address);
  if (!parsed) return false;
  return std::any_of(networks.begin(), networks.end(),
                     [&](const Network& network) { return network.Contains(*parsed); });
}

}  // namespace banyan::node
