#pragma once
// Announces this node in the local network, and sees who else does: mDNS and DNS-SD through the
// avahi-daemon of this machine (federation/PROTOCOL.md section 13). The packets of the network are
// read by that daemon, which holds no key of this node; what it passes on is still anybody's word.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "federation/follow/learned_peers.h"
#include "node/announcement.h"
#include "storage/base/clock.h"

namespace banyan::node {

// Used by one thread; libavahi-client has one of its own while there is a connection.
class Neighbours {
 public:
  // What others are told of this node.
  struct Own {
    federation::NodeId node;
    std::uint16_t port = 0;
    bool uses_tls = false;
    ReachedOver reached = ReachedOver::Both;  // Nothing: it only looks for others
  };
  explicit Neighbours(Clock& clock);
  ~Neighbours();  // this node is announced no more

  // To be called again and again. All that announce themselves now, when these are others than the
  // last time. The first call connects to the daemon; where that fails, or is over, nobody is seen,
  // the reason is logged, and the next try comes after ten seconds. May wait for the daemon, no
  // call of it longer than D-Bus allows (25 s).
  std::optional<std::vector<federation::Neighbour>> Look(const Own& own);

 private:
  class Session;
  void Connect(const Own& own);
  void Note(const std::string& problem);

  Clock& clock_;
  std::unique_ptr<Session> session_;      // nullptr: not connected
  std::optional<std::int64_t> tried_ms_;  // monotonic
  std::string problem_;                   // as logged last; empty: none
  std::vector<federation::Neighbour> seen_;
};

}  // namespace banyan::node
