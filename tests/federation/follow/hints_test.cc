// Hints: a head that a peer says is new is looked up at that peer at once, and told on.
#include "tests/federation/follow/follow_fixture.h"

using namespace banyan;
using namespace banyan::federation;
using namespace banyan::federation::testing;

namespace {

// Follows a, whom it does not reach, through two mirrors.
struct Fixture : FollowFixture {
  FakeOrigin a{1};
  FakeOrigin m{2};
  FakeOrigin n{3};
  FakePeer mirror{m};
  FakePeer other{n};

  Fixture() {
    a.Publish("one");
    mirror.Carry(a);
    other.Carry(a);
    AddPeer(mirror);
    AddPeer(other);
    Follow(a);
    Round();
    REQUIRE(HeldSize(a) == 2);
    hints.clear();
    mirror.asked = other.asked = 0;
  }
  void Grow() {
    a.Publish("one");
    mirror.Carry(a);
  }
  void Hear(const FakeOrigin& from, const std::string& note) {
    now_ms += 1;
    Step(Hinted{from.node(), note});
  }
};

}  // namespace

TEST_CASE("AHintedHeadIsReadAtOnceAndToldOn") {
  Fixture f;
  f.Grow();
  f.Hear(f.m, f.a.Head());
  CHECK(f.HeldSize(f.a) == 3);
  CHECK(f.Count("SELECT count(*) FROM repository_card WHERE meta IS NOT NULL") == 1);
  REQUIRE(f.hints.size() == 1);  // not to whom it came from
  CHECK(f.hints[0].peer == f.PeerOf(1).row);
  CHECK(f.hints[0].note == f.a.Head());
  CHECK(f.other.asked == 0);
  f.Round();  // its journal is still read
  CHECK(f.PeerOf(0).heads.sequence == f.mirror.sequence);
  CHECK(f.hints.size() == 1);
}

TEST_CASE("TheOwnHeadIsToldWhenItIsReleased") {
  Fixture f;
  const FakeOrigin self(9);
  const auto row =
      MUST(f.catalog.Write([&](storage::Connection& c) { return NeedOrigin(c, self.node()); }));
  MUST(f.catalog.Write([&](storage::Connection& c) {
    Frontier frontier;
    frontier.Append(HashLeaf(self.entries[0]));
    return PutHead(c, {row.row, 0}, {frontier, self.Head(), f.now_ms});
  }));
  f.Step(Released());
  REQUIRE(f.hints.size() == 2);
  CHECK(f.hints[0].note == self.Head());
  f.Step(Released());
  CHECK(f.hints.size() == 2);
}

TEST_CASE("WhoDoesNotAnswerIsNotTold") {
  Fixture f;
  f.other.is_down = true;
  f.Round();
  f.Grow();
  f.Hear(f.m, f.a.Head());
  CHECK(f.HeldSize(f.a) == 3);
  CHECK(f.hints.empty());
}

TEST_CASE("AHintThatComesInARoundWaitsForItsEnd") {
  Fixture f;
  f.now_ms += 120'000;
  const auto asked = MUST(f.service->Step(f.now_ms, Tick()));
  REQUIRE(asked.size() == 2);  // heads of both
  f.Grow();
  CHECK(MUST(f.service->Step(f.now_ms, Hinted{f.m.node(), f.a.Head()})).empty());
  CHECK(f.mirror.asked == 0);
  for (const auto& output : asked) {
    const auto& ask = std::get<Ask>(output);
    f.Step(Answer{ask.id, {}, {}, {}});  // nothing changed there
  }
  CHECK(f.HeldSize(f.a) == 3);
}

TEST_CASE("OneOfSeveralWhoHintIsAskedUnlessItIsSlow") {
  Fixture f;
  f.Grow();
  f.other.Carry(f.a);
  const auto asked = MUST(f.service->Step(f.now_ms, Hinted{f.m.node(), f.a.Head()}));
  REQUIRE(asked.size() == 1);
  CHECK(MUST(f.service->Step(f.now_ms, Hinted{f.n.node(), f.a.Head()})).empty());
  SECTION("it is not") {
    f.Step(f.mirror.Give(std::get<Ask>(asked[0])));
    CHECK(f.other.asked == 0);
  }
  SECTION("it is") {
    f.now_ms += 10'000;
    f.Step(Tick());
    CHECK(f.other.asked > 0);
  }
  CHECK(f.HeldSize(f.a) == 3);
  f.Round();
  CHECK(f.PeerOf(0).problem.empty());
}

TEST_CASE("Attack11AFloodOfHintsIsCutOff") {
  Fixture f;
  SECTION("of heads that are not signed") {
    for (int i = 0; i < 1000; ++i) {
      SignedNote note{
          Checkpoint{f.a.name().ToString(), {std::uint64_t(10 + i), LogHash()}}.ToString(), {}};
      note.signatures.push_back(SignNote(note.text, f.a.name().ToString(), KeysOf(7).log));
      f.Hear(f.m, note.ToString());
    }
    CHECK(f.PeerOf(0).failures == 1);  // a failure costs the hints of a minute
  }
  SECTION("of garbage") {
    for (int i = 0; i < 1000; ++i) f.Hear(f.m, "garbage");
  }
  SECTION("of true heads") {
    for (int i = 0; i < 1000; ++i) {
      f.Grow();
      f.Hear(f.m, f.a.Head());
    }
    CHECK(f.hints.size() >= 100);
    CHECK(f.hints.size() <= 110);  // within a second
    CHECK(f.mirror.asked <= 115 * 2);
  }
  CHECK(f.other.asked == 0);
}

TEST_CASE("Attack11HintsOfStrangersAreNotTaken") {
  Fixture f;
  f.Grow();
  f.other.Carry(f.a);
  const FakeOrigin stranger(5);
  f.Hear(stranger, f.a.Head());
  f.Hear(f.a, f.a.Head());  // the origin is followed, yet no peer
  CHECK(f.HeldSize(f.a) == 2);
  CHECK(f.mirror.asked + f.other.asked == 0);
}

TEST_CASE("Attack12AHintMakesNobodyElseBeAsked") {
  Fixture f;
  const auto head = f.a.Head();
  SECTION("of an origin that is not followed") { f.Hear(f.m, FakeOrigin(6).Head()); }
  SECTION("of what is held") { f.Hear(f.m, head); }
  SECTION("of a smaller head") { f.Hear(f.m, f.a.Sign(f.a.State(1))); }
  CHECK(f.mirror.asked + f.other.asked == 0);
  CHECK(f.hints.empty());
}

TEST_CASE("Attack12AHeadIsPassedOnOnceForEachPeer") {
  Fixture f;
  f.Grow();
  f.other.Carry(f.a);
  for (int i = 0; i < 5; ++i) {
    f.Hear(f.m, f.a.Head());
    f.Hear(f.n, f.a.Head());
    f.Step(Hurry());
  }
  CHECK(f.hints.size() <= 1);
}
