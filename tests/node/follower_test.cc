#include "node/data_directory.h"
#include "node/follower.h"

#include "tests/node/test_node.h"

using namespace banyan;
using namespace banyan::node;

namespace {

storage::Database& DatabaseOf(TestNode& node) { return node.node().data().database(); }

// Nobody answers there.
federation::Peer AddPeer(TestNode& node, const std::string& address) {
  federation::Peer peer;
  MUST(DatabaseOf(node).Write([&](storage::Connection& c) -> Status {
    peer = TRY(federation::AddPeer(c, address, 1));
    return Ok();
  }));
  return peer;
}

}  // namespace

TEST_CASE("WhatLedToAPeerThatIsNoneAnyMoreIsForgotten") {
  TestNode node;
  auto& follower = node.node().follower();
  const auto first = AddPeer(node, "http://127.0.0.1:1");
  std::weak_ptr<federation::PeerSource> source = MUST(follower.Peers()).at(0);
  REQUIRE_FALSE(source.expired());
  AddPeer(node, "http://127.0.0.1:2");
  CHECK(MUST(follower.Peers()).size() == 2);
  CHECK_FALSE(source.expired());  // it is one still
  MUST(DatabaseOf(node).Write(
      [&](storage::Connection& c) { return federation::RemovePeer(c, first.row); }));
  AddPeer(node, "http://127.0.0.1:3");
  CHECK(MUST(follower.Peers()).size() == 2);
  // The node may be asking it just now.
  for (int i = 0; i < 200 && !source.expired(); ++i) follower.AwaitStep(50);
  CHECK(source.expired());
}
