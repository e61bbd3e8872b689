#pragma once
// A publisher, a follower of it, and two peers with what was published.

#include "tests/federation/mirror/mirror_fixture.h"

namespace banyan::federation::testing {

struct MirrorPair {
  Publisher publisher;
  Follower follower;
  StorePeer one{"https://one", publisher};
  StorePeer two{"https://two", publisher};

  std::int64_t Follow() {
    publisher.WriteCards();
    return follower.Follow(publisher);
  }
  // Publishes, follows, mirrors from the first peer, and requires that both are the same then.
  MirrorReport Mirror() { return testing::Mirror(follower, publisher, one); }
  // Publishes, follows, and mirrors as far as it goes.
  MirrorReport Run(std::vector<PeerSource*> peers) {
    const auto card = Follow();
    return follower.Run(card, std::move(peers));
  }
  std::uint64_t DataSent() const { return one.data_sent + two.data_sent; }
};

}  // namespace banyan::federation::testing
