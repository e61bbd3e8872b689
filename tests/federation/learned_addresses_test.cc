#include "federation/learned_addresses.h"

#include "federation/follow/learned_peers.h"
#include "federation/format/canonical_json.h"
#include "tests/federation/log_fixture.h"

using namespace banyan;
using namespace banyan::federation;
using namespace banyan::federation::testing;

namespace {

const NodeId kOther(HashLeaf(AsBytes(std::string_view("another"))));

struct Fixture : LogFixture {
  using List = std::vector<std::string>;

  std::size_t Write(const List& own, const std::vector<LearnedNode>& reached) {
    clock.Advance(60'000);
    return MUST(WriteAddresses(*database, origin, own, reached, clock.NowMs()));
  }
  AddressEntry Last() { return MUST(AddressEntry::Parse(MUST(ParseCanonical(Entries().back())))); }
};

}  // namespace

TEST_CASE("TheOwnLogSaysWhatChanged") {
  Fixture f;
  CHECK(f.Write({}, {}) == 0);
  CHECK(f.Write({"https://a.example.org"}, {}) == 1);
  CHECK_FALSE(f.Last().node);
  CHECK(f.Last().addresses == Fixture::List{"https://a.example.org"});
  CHECK(f.Last().time_s == f.clock.NowMs() / 1000);
  CHECK(f.Write({"https://a.example.org"}, {}) == 0);
  CHECK(f.Write({"https://a.example.org"}, {{kOther, {"http://1.1.1.1:8440"}}}) == 1);
  CHECK(f.Last().node == kOther);
  CHECK(f.Write({"https://b.example.org"}, {{kOther, {"http://1.1.1.1:8440"}}}) == 1);
}

TEST_CASE("WhatIsNoLongerSoIsTakenBack") {
  Fixture f;
  f.Write({"https://a.example.org"}, {{kOther, {"http://1.1.1.1:8440"}}});
  CHECK(f.Write({}, {}) == 2);
  CHECK(f.Last().addresses.empty());
  CHECK(f.Write({}, {}) == 0);
}

TEST_CASE("AddressesAreNotSignedWithAWrongClockAttack18") {
  Fixture f;
  MUST_FAIL(WriteAddresses(*f.database, f.origin, {"https://a.example.org"}, {}, 0),
            Errc::Unavailable);
  CHECK(f.Write({"https://a.example.org"}, {}) == 1);
}

TEST_CASE("OthersAreToldOfNamedPeersThatAnsweredInPublic") {
  Fixture f;
  for (const char* address : {"http://10.0.0.1:8440", "http://1.1.1.1:8440", "/mnt/disk",
                              "https://silent.example.org", "https://found.example.org"}) {
    MUST(f.database->Write([&](storage::Connection& c) -> Status {
      const auto peer = TRY(AddPeer(c, address, 1));
      if (peer.address == "https://silent.example.org") return Ok();
      return PeerAnswered(c, peer, kOther, {"00", 1}, 2);
    }));
  }
  MUST(f.Execute("UPDATE peer SET found = 1 WHERE address LIKE '%found%'"));
  auto lease = MUST(f.database->Read());
  const auto reached = MUST(ListReached(*lease));
  REQUIRE(reached.size() == 1);
  CHECK(reached[0].addresses == Fixture::List{"http://1.1.1.1:8440"});
}
