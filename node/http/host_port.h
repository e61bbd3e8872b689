#pragma once
// Internet addresses as text.

#include <cstdint>
#include <string>
#include <string_view>

#include "storage/base/result.h"

namespace banyan::node {

struct HostPort {
  std::string host;
  std::uint16_t port = 0;
};

// "host:port" or "[v6]:port", as the configuration's listen key has it.
Result<HostPort> ParseHostPort(std::string_view text);

// The numeric address of the other end of a connected TCP socket; an IPv4 client of an IPv6
// listener appears as IPv4. Empty when unknown.
HostPort PeerOf(int fd);

}  // namespace banyan::node
