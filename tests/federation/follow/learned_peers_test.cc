// Peers that nobody named (PROTOCOL.md section 13).
#include "federation/follow/learned_peers.h"

#include "tests/federation/follow/follow_fixture.h"

using namespace banyan;
using namespace banyan::federation;
using namespace banyan::federation::testing;

namespace {

constexpr const char* kHome = "http://1.1.1.1:8440";
constexpr const char* kOther = "https://a.example.org";

Bytes SelfEntry(const std::vector<std::string>& addresses) {
  return AddressEntry{{}, addresses, 1'700'000'000}.Render();
}
Bytes PeerEntry(const NodeId& node, const std::vector<std::string>& addresses) {
  return AddressEntry{node, addresses, 1'700'000'000}.Render();
}

// B is a named peer and carries A's log, in which A says where it is.
struct Fixture : FollowFixture {
  FakeOrigin a{1};
  FakeOrigin b{2};
  FakePeer at_a{a};
  FakePeer at_b{b};

  Fixture() {
    AddPeer(at_b);
    Follow(a);
  }
  // A's log has one more entry, which B shows.
  void Say(const Bytes& entry) {
    a.entries.push_back(entry);
    at_a.Carry(a);
    at_b.Carry(a);
    Round();
  }
  void Rule(PeerRules::Dial dial, std::set<NodeId> refused = {}, std::size_t most = 8) {
    PolicyRead read;
    read.policy.peers = {dial, most, std::move(refused), true};
    Step(read);
  }
  // "address node found" of those that were not named.
  std::vector<std::string> Learned() {
    std::vector<std::string> list;
    for (const auto& peer :
         catalog.Read([](storage::Connection& c) { return MUST(ListPeers(c)); })) {
      if (peer.found != Found::Named) list.push_back(peer.address);
    }
    return list;
  }
};

using List = std::vector<std::string>;

}  // namespace

TEST_CASE("AFollowedNodeIsAskedWhereItsLogSaysItIs") {
  Fixture f;
  f.reachable[kHome] = &f.at_a;
  f.Say(SelfEntry({kHome}));
  REQUIRE(f.Learned() == List{kHome});
  CHECK(f.PeerOf(1).expected == f.a.node());
  CHECK(f.PeerOf(1).found == Found::InLog);
  f.at_b.is_down = true;
  f.Round();
  const auto size = f.HeldSize(f.a);
  f.a.Publish("x");
  f.at_a.Carry(f.a);
  f.Round();
  CHECK(f.HeldSize(f.a) == size + 1);  // B is down: it came from A itself
}

TEST_CASE("OnlyWhomThePolicyAllowsIsDialledAttack14") {
  Fixture f;
  const FakeOrigin c(3);
  FakePeer at_c(c);
  f.reachable = {{kHome, &f.at_a}, {"http://9.9.9.9:8440", &at_c}};
  f.Rule(PeerRules::Dial::None);
  f.Say(SelfEntry({kHome}));
  f.Say(PeerEntry(c.node(), {"http://9.9.9.9:8440"}));
  CHECK(f.Learned().empty());
  f.Rule(PeerRules::Dial::Followed);
  CHECK(f.Learned() == List{kHome});
  f.Rule(PeerRules::Dial::Any);
  CHECK(f.Learned() == List{kHome, "http://9.9.9.9:8440"});
  f.Rule(PeerRules::Dial::Any, {}, 1);
  CHECK(f.Learned() == List{kHome});
  f.Rule(PeerRules::Dial::Any, {f.a.node()});
  CHECK(f.Learned() == List{"http://9.9.9.9:8440"});
  f.Rule(PeerRules::Dial::None);
  CHECK(f.Learned().empty());
}

TEST_CASE("WhatCannotBeDialledIsNotLearnedAttack14") {
  Fixture f;
  f.Say(SelfEntry({"file:///etc/passwd", "/mnt/disk", "http://u:p@1.1.1.1", "http://1.1.1.1:25",
                   "http://1.1.1.1/x", "ftp://1.1.1.1"}));
  CHECK(f.Learned().empty());
}

TEST_CASE("WhoAnswersAsAnotherNodeIsNotReadAttack14") {
  Fixture f;
  const FakeOrigin c(3);
  FakePeer at_c(c);
  f.reachable[kHome] = &at_c;
  f.Say(SelfEntry({kHome}));
  f.Round();
  CHECK(f.PeerOf(1).problem.find("another node answers there") != std::string::npos);
  CHECK(at_c.asked == 2);  // who it is, twice, and nothing else
}

TEST_CASE("AnAddressThatFailsGivesWayToTheNext") {
  Fixture f;
  FakePeer dead(f.a);
  dead.is_down = true;
  f.reachable = {{kHome, &dead}, {kOther, &f.at_a}};
  f.Say(SelfEntry({kHome, kOther}));
  REQUIRE(f.Learned() == List{kHome});
  for (int i = 0; i < 100 && f.Learned() == List{kHome}; ++i) {
    f.now_ms += 3'600'000;
    f.Step(Tick());
  }
  CHECK(f.Learned() == List{kOther});
  f.Say(SelfEntry({kHome, kOther}));
  CHECK(f.Learned() == List{kOther});  // who answers stays
}

TEST_CASE("ANamedPeerIsNotDialledElsewhere") {
  Fixture f;
  f.reachable[kHome] = &f.at_a;
  f.Say(SelfEntry({kHome}));
  REQUIRE(f.Learned() == List{kHome});
  f.AddPeer(f.at_a);
  f.Round();
  f.Say(SelfEntry({kOther, kHome}));
  CHECK(f.Learned().empty());
}

TEST_CASE("NamingALearnedPeerMakesItANamedOne") {
  Fixture f;
  f.reachable[kHome] = &f.at_a;
  f.Say(SelfEntry({kHome}));
  const auto named = MUST(f.catalog.Write(
      [&](storage::Connection& c) { return federation::AddPeer(c, kHome, f.now_ms); }));
  CHECK(named.found == Found::Named);
  CHECK_FALSE(named.expected);
  f.Rule(PeerRules::Dial::None);
  CHECK(f.PeerOf(1).address == kHome);
}

TEST_CASE("TheLatestWordOfALogCounts") {
  Fixture f;
  f.reachable = {{kHome, &f.at_a}, {kOther, &f.at_a}};
  f.Say(SelfEntry({kHome}));
  f.Say(SelfEntry({kOther}));
  CHECK(f.Learned() == List{kOther});
  f.Say(SelfEntry({}));
  CHECK(f.Learned().empty());
}

TEST_CASE("ALogSaysSoMuchAndNoMoreAttack11") {
  Fixture f;
  for (int i = 0; i < 1100; ++i) {
    const auto node = NodeId(HashLeaf(AsBytes(std::to_string(i))));
    f.a.entries.push_back(PeerEntry(node, {"http://1.1.1.1:" + std::to_string(2000 + i)}));
  }
  f.Rule(PeerRules::Dial::None);
  f.Say(SelfEntry({kHome}));
  const auto count = f.Count("SELECT count(*) FROM learned_address");
  CHECK(count >= 1000);
  CHECK(count <= 1100);
  CHECK(f.Count("SELECT min(position) FROM learned_address") == 1102 - count);
}

TEST_CASE("NeighboursAreAskedAsLearnedPeers") {
  Fixture f;
  f.reachable["http://192.168.1.7:8440"] = &f.at_a;
  NeighboursSeen seen{
      {{f.a.node(), "http://192.168.1.7:8440"}, {f.b.node(), "http://192.168.1.8:8440"}}};
  f.Step(seen);
  CHECK(f.Learned() == List{"http://192.168.1.7:8440"});  // B is not followed
  CHECK(f.PeerOf(1).found == Found::Nearby);
  f.Round();
  CHECK(f.HeldSize(f.a) == f.a.entries.size());
  f.Step(NeighboursSeen{});
  CHECK(f.Learned().empty());
}

TEST_CASE("ANeighbourIsAskedAsSoonAsItIsFollowed") {
  Fixture f;
  const FakeOrigin c(3);
  FakePeer at_c(c);
  f.reachable["http://192.168.1.9:8440"] = &at_c;
  f.Step(NeighboursSeen{{{c.node(), "http://192.168.1.9:8440"}}});
  CHECK(f.Learned().empty());
  f.Follow(c);
  f.Step(Hurry());
  CHECK(f.Learned() == List{"http://192.168.1.9:8440"});
}
