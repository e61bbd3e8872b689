// How a peer is reached, and what comes of one that can be reached again.
#include "tests/federation/follow/follow_fixture.h"

using namespace banyan;
using namespace banyan::federation;
using namespace banyan::federation::testing;

namespace {

const NodeId kNode{HashLeaf(AsBytes("one"))};

Result<Peer> Add(FollowFixture& f, std::string_view address, Push push = Push::No) {
  std::optional<Peer> added;
  TRY(f.catalog.database().Write([&](storage::Connection& c) -> Status {
    added = TRY(federation::AddPeer(c, address, 1, push));
    return Ok();
  }));
  return *std::move(added);
}

}  // namespace

TEST_CASE("ANodeWithoutAnAddressIsAPeerByItsId") {
  FollowFixture f;
  const auto peer = MUST(Add(f, kNode.ToString()));
  CHECK(peer.address == "node:" + kNode.ToString());
  CHECK(peer.node == kNode);
  CHECK(peer.Calls());
  CHECK_FALSE(peer.is_pushed);
  MUST_FAIL(Add(f, kNode.ToString()), Errc::Conflict);
  MUST_FAIL(Add(f, "node:" + kNode.ToString()), Errc::Conflict);
  MUST_FAIL(Add(f, "node:http://127.0.0.1:1"), Errc::Invalid);
  MUST_FAIL(Add(f, "node:"), Errc::Invalid);
}

TEST_CASE("OnlyWhoHasAUrlIsPushedTo") {
  FollowFixture f;
  const auto peer = MUST(Add(f, "http://127.0.0.1:1/", Push::Yes));
  CHECK(peer.is_pushed);
  CHECK_FALSE(peer.Calls());
  MUST_FAIL(Add(f, kNode.ToString(), Push::Yes), Errc::Invalid);
  MUST_FAIL(Add(f, "/media/stick", Push::Yes), Errc::Invalid);
  auto lease = MUST(f.catalog.database().Read());
  CHECK(MUST(ListPeers(*lease)).size() == 1);
}

TEST_CASE("WhatFailuresOfAPeerCostIsForgottenWhenItComes") {
  HintBook book;
  const auto taken = [&] {
    int hints = 0;
    while (book.Admit(1, 0) == HintBook::Verdict::Take) ++hints;
    return hints;
  };
  CHECK(taken() == kHintsAtOnce);
  book.Failed(1, 0);
  CHECK(taken() == 0);
  book.Came(1, 0);
  CHECK(taken() == kHintsWhenBack);
}

TEST_CASE("APeerThatWasAwayIsAskedAtOnceWhenItComes") {
  FollowFixture f;
  FakeOrigin a(1);
  FakePeer peer(a);
  f.AddPeer(peer);
  f.Follow(a);
  peer.is_down = true;
  f.Round();
  f.Round();
  peer.is_down = false;
  const auto asked = peer.asked;
  f.Step(Tick());
  CHECK(peer.asked == asked);  // it waits for its turn
  f.Step(PeerCame{f.peers.begin()->first + 1});
  CHECK(peer.asked == asked);  // another one came
  f.Step(PeerCame{f.peers.begin()->first});
  CHECK(peer.asked > asked);
  CHECK(f.service->is_idle());
}
