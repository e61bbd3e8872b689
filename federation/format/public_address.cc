#include "federation/format/public_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <span>
#include <string>

namespace banyan::federation {
namespace {

struct Block {
  const char* address;
  unsigned bits;
};

constexpr Block kSpecialV4[] = {
    {"0.0.0.0", 8},      {"10.0.0.0", 8},     {"100.64.0.0", 10}, {"127.0.0.0", 8},
    {"169.254.0.0", 16}, {"172.16.0.0", 12},  {"192.0.0.0", 24},  {"192.0.2.0", 24},
    {"192.88.99.0", 24}, {"192.168.0.0", 16}, {"198.18.0.0", 15}, {"198.51.100.0", 24},
    {"203.0.113.0", 24}, {"224.0.0.0", 4},    {"240.0.0.0", 4},
};
constexpr Block kGlobalV6 = {"2000::", 3};
constexpr Block kSpecialV6[] = {
    {"2001::", 23},  // protocol assignments: Teredo, benchmarking, ORCHID
    {"2001:db8::", 32},
    {"2002::", 16},  // 6to4: an IPv4 address inside
    {"3fff::", 20},
};

bool IsIn(const NumericAddress& address, const Block& block) {
  const auto network = ParseNumericAddress(block.address);
  const auto whole = block.bits / 8;
  if (!std::equal(network->bytes.begin(), network->bytes.begin() + whole, address.bytes.begin())) {
    return false;
  }
  const unsigned rest = block.bits % 8;
  const auto mask = static_cast<std::uint8_t>(0xff << (8 - rest));
  return rest == 0 || ((network->bytes[whole] ^ address.bytes[whole]) & mask) == 0;
}

bool IsInOneOf(const NumericAddress& address, std::span<const Block> blocks) {
  return std::ranges::any_of(blocks, [&](const Block& block) { return IsIn(address, block); });
}

}  // namespace

std::optional<NumericAddress> ParseNumericAddress(std::string_view text) {
  const std::string copy(text);
  NumericAddress out;
  out.is_v4 = ::inet_pton(AF_INET, copy.c_str(), out.bytes.data()) == 1;
  if (out.is_v4 || ::inet_pton(AF_INET6, copy.c_str(), out.bytes.data()) == 1) return out;
  return std::nullopt;
}

bool IsPublicUnicast(const NumericAddress& address) {
  if (address.is_v4) return !IsInOneOf(address, kSpecialV4);
  return IsIn(address, kGlobalV6) && !IsInOneOf(address, kSpecialV6);
}

}  // namespace banyan::federation
