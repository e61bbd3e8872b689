#pragma once
// What the absolute links of an answer begin with: public_url if the operator has set it, else the
// name by which this client called the node (its Host header), so that a node which listens on
// every address gives out links that work where its client is. Such a link goes back to nobody but
// the client that sent the name; caches keep answers of different hosts apart.

#include <string>

#include "node/http/http_types.h"
#include "node/hub.h"

namespace banyan::node {

// Without a slash at its end. A Host that is none counts as absent: then it is the address that
// the node listens on. TLS as the server, or a trusted proxy, says.
std::string BaseUrl(const Config& config, const Request& request);
// The absolute form of a path of ours, in an answer to this request.
std::string LinkIn(const Hub& hub, const Request& request, std::string_view path);

// A host name or address, [v6] in brackets, and perhaps a port: what may stand in a URL as it is.
enum class HostForm { Valid, Invalid };
HostForm CheckHost(std::string_view host);

}  // namespace banyan::node
