#pragma once
// Who a request comes from, seen through reverse proxies. Pure functions.

#include <string>

#include "node/http/http_types.h"
#include "node/http/network.h"

namespace banyan::node {

// Replaces request.peer_address and is_tls by those of the client when the TCP peer is a trusted
// proxy: X-Forwarded-For is read from its right end, and the first address that is no trusted
// proxy is the client; X-Forwarded-Proto may say that it came over TLS. What was understood is
// taken out of the request. From anybody else these headers change nothing.
void LookThroughProxies(const NetworkList& trusted, Request& request);

// After LookThroughProxies: whether a proxy that was not looked through stands before the client.
// Then nothing may be allowed for the sake of the peer's address.
enum class Peer { Client, HiddenByProxy };
Peer WhoIsPeer(const Request& request);

}  // namespace banyan::node
