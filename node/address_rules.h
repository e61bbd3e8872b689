#pragma once
// Which addresses a peer may be reached at, by how its own became known (federation/PROTOCOL.md
// section 13). Thread safe.

#include "federation/follow/peers.h"
#include "federation/format/public_address.h"
#include "node/client/http_handle.h"

namespace banyan::node {

// Of a socket address of IPv4 or IPv6; nullopt for other kinds.
std::optional<federation::NumericAddress> NumericOf(const sockaddr& address);

// Empty for what the operator named: it is allowed as it stands. Errors are Denied.
AddressRule AddressRuleFor(federation::Found found);

}  // namespace banyan::node
