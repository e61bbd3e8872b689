#pragma once
// A connection to what speaks mDNS on this machine: while it lasts, this node is announced in the
// local network (federation/PROTOCOL.md section 13), and others are seen.

#include <memory>
#include <optional>
#include <vector>

#include "federation/follow/learned_peers.h"
#include "node/announcement.h"

namespace banyan::node {

// What others are told of this node.
struct OwnAnnouncement {
  federation::NodeId node;
  std::uint16_t port = 0;
  bool uses_tls = false;
  ReachedOver reached = ReachedOver::Both;  // Nothing: it is not announced
};

// Thread safe.
class NeighbourSession {
 public:
  virtual ~NeighbourSession() = default;
  // All that announce themselves now, each address once, without this node.
  virtual std::vector<federation::Neighbour> Seen() = 0;
  // Why it is over; nullopt: it is not.
  virtual std::optional<Error> Problem() = 0;
};

// Through the avahi-daemon of this machine, which reads the packets of the network and holds no key
// of this node; what it passes on is still anybody's word. Has a thread of libavahi-client.
// Unavailable when no daemon answers. This and its end may wait for the daemon as long as D-Bus
// does, 25 s.
Result<std::unique_ptr<NeighbourSession>> OpenAvahi(const OwnAnnouncement& own);

}  // namespace banyan::node
