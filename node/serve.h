#pragma once
// `banyan serve`: a node from its start to its end, in the calling thread.

#include <functional>
#include <string>

#include "node/node.h"

namespace banyan::node {

struct ServeHooks {
  // The node answers now, at this address as seen from its own machine.
  std::function<void(Node& node, const std::string& local_url)> started;
  // Returns when the node is to stop: running requests may then end within http.stop_grace.
  std::function<void()> wait_for_stop;
};

// Fails when the node cannot start. While it runs, "<data>/address" holds the local address, for
// commands that work on the data directory. The process's umask is narrowed from here on.
Status Serve(const Node::Seams& seams, const Config& config, const ServeHooks& hooks);

// Where a node with this configuration answers its own machine: public_url, if set, with TLS,
// whose certificate names no other host; else http on the address it listens on.
std::string LocalUrl(const Config& config, std::uint16_t port);

}  // namespace banyan::node
