// Logs that go on in a later epoch, as followers take them.
#include "tests/federation/follow/follow_fixture.h"

using namespace banyan;
using namespace banyan::federation;
using namespace banyan::federation::testing;

namespace {

// An origin with two repositories, and a peer that follows it for others.
struct Fixture : FollowFixture {
  FakeOrigin a{1};
  FakeOrigin m{2};
  FakePeer mirror{m};

  Fixture() {
    a.Publish("one");
    a.Publish("two");
    mirror.Carry(a);
    AddPeer(mirror);
    Follow(a);
  }
  std::int64_t NumberOf(const FakeOrigin& origin, const std::string& name) {
    return Count("SELECT number FROM repository_card WHERE key = x'" + origin.Key(name).ToString() +
                 "'");
  }
  // The whole log of an epoch, as a node hands it on.
  std::int64_t Rows(std::uint64_t epoch) {
    return Count("SELECT count(*) FROM log_entry WHERE epoch = " + std::to_string(epoch));
  }
};

}  // namespace

TEST_CASE("ALaterEpochIsTakenByTheKeysThatItsOpeningProves") {
  Fixture f;
  f.Round();
  const auto closed = f.a;
  auto b = closed.NextEpoch(closed, OpenReason::Rotation);
  b.Publish("one");
  b.Publish("three");
  f.mirror.Carry(b);
  f.Round();
  CHECK(f.PeerOf(0).problem == "");
  CHECK(f.Held(b).name.epoch == 1);
  CHECK(f.HeldSize(b) == 3);
  CHECK(f.NumberOf(b, "one") == 2);  // card numbers go on
  CHECK(f.NumberOf(b, "two") == 1);
  CHECK(f.NumberOf(b, "three") == 1);
  SECTION("and grows there") {
    b.Publish("two");
    f.mirror.Carry(b);
    f.Round();
    CHECK(f.HeldSize(b) == 4);
    CHECK(f.NumberOf(b, "two") == 2);
  }
  SECTION("and goes on to the next but one") {
    const auto second = b;
    auto c = second.NextEpoch(second, OpenReason::Compaction);
    c.Publish("two");
    f.mirror.Carry(c);
    f.Round();
    CHECK(f.Held(c).name.epoch == 2);
    CHECK(f.NumberOf(c, "two") == 2);
  }
}

TEST_CASE("ANewcomerGetsAllEpochs") {
  Fixture f;
  const auto closed = f.a;
  auto b = closed.NextEpoch(closed, OpenReason::Rotation);
  b.Publish("one");
  const auto second = b;
  auto c = second.NextEpoch(second, OpenReason::Rotation);
  c.Publish("one");
  f.mirror.Carry(b);
  f.mirror.Carry(c);
  SECTION("oldest first") {}
  SECTION("also from a peer whose journal shows the last one only") {
    f.mirror.spoil = [&](const std::string& path, Bytes& body) {
      if (!path.starts_with("/fed/heads")) return;
      const auto text = HeadsPage{{"0123456789abcdef", 9}, {{0, c.Head()}}}.ToString();
      body.assign(text.begin(), text.end());
    };
  }
  f.Round();
  CHECK(f.PeerOf(0).problem.empty());
  CHECK(f.Held(c).name.epoch == 2);
  CHECK(f.Rows(0) == 3);
  CHECK(f.Rows(1) == 2);
  CHECK(f.Rows(2) == 2);
  CHECK(f.NumberOf(c, "one") == 3);
}

TEST_CASE("AnOpeningWithoutAuthorityIsNotTaken") {
  Fixture f;
  f.Round();
  const auto closed = f.a;
  FakeOrigin b = closed;
  SECTION("other keys than those committed to") {
    b = closed.NextEpoch(closed, OpenReason::Rotation,
                         [](Opening& o) { o.keys.keys = KeysOf(50).public_keys(); });
  }
  SECTION("of another node") {
    b = closed.NextEpoch(closed, OpenReason::Rotation,
                         [](Opening& o) { o.node = FakeOrigin(9).node(); });
  }
  SECTION("after another history") {
    b = closed.NextEpoch(closed, OpenReason::Fork,
                         [](Opening& o) { o.previous.state.root = LogHash(); });
  }
  SECTION("signed by others") {
    auto stolen = closed.NextEpoch(closed, OpenReason::Rotation);
    f.mirror.Carry(stolen);
    SignedNote note{Checkpoint{stolen.name().ToString(), stolen.State(1)}.ToString(), {}};
    note.signatures.push_back(SignNote(note.text, stolen.name().ToString(), KeysOf(1).log));
    f.mirror.CarryHead(stolen, note.ToString());
  }
  if (b.name().epoch == 1) f.mirror.Carry(b);
  f.Round();
  CHECK(f.Held(f.a).name.epoch == 0);
  CHECK_FALSE(f.PeerOf(0).problem.empty());
  CHECK(f.Stopped(f.a).empty());  // whoever made it up, nobody proved that it was the origin
}

TEST_CASE("AnOpeningBySomebodyWithTheKeysMustStateTheCards") {
  Fixture f;
  f.Round();
  const auto closed = f.a;
  f.mirror.Carry(
      closed.NextEpoch(closed, OpenReason::Rotation, [](Opening& o) { o.state = Sha256(); }));
  f.Round();
  CHECK(f.Stopped(f.a).find("latest cards") != std::string::npos);
  CHECK(f.Held(f.a).name.epoch == 0);
  CHECK(f.HeldSize(f.a) == 3);
}

TEST_CASE("Attack03ARepairEndsTheFreezeAndSupersedesWhatCameAfterTheCommonPrefix") {
  Fixture f;
  const auto common = f.a;  // three entries
  f.a.Publish("one");
  f.a.Publish("lost");
  f.mirror.Carry(f.a);
  f.Round();
  REQUIRE(f.HeldSize(f.a) == 5);
  auto other = common;
  other.Publish("two");
  FakePeer second(other);
  f.AddPeer(second);
  f.Round();
  REQUIRE(f.Stopped(f.a).find("forked") != std::string::npos);
  CHECK(f.NumberOf(f.a, "one") == 2);

  auto repaired = common.NextEpoch(common, OpenReason::Fork);
  repaired.Append("two", [&] {  // what the copy that repairs had said, again
    auto copy = common;
    return copy.Publish("two");
  }());
  FakePeer third(repaired);
  third.CarryHead(common, common.Head());  // closes the epoch before
  third.Carry(repaired);
  SECTION("by an opening with another reason it does not") {
    const auto rotated = common.NextEpoch(common, OpenReason::Rotation);
    FakePeer wrong(rotated);
    wrong.CarryHead(common, common.Head());
    f.AddPeer(wrong);
    f.Round();
    CHECK_FALSE(f.Stopped(f.a).empty());
    CHECK(f.HeldSize(f.a) == 5);
    return;
  }
  f.AddPeer(third);
  f.Round();
  CHECK(f.PeerOf(2).problem.empty());
  CHECK(f.Stopped(f.a).empty());
  CHECK(f.Held(repaired).name.epoch == 1);
  CHECK(f.Held(repaired).head.state() == repaired.State(2));
  CHECK(f.Rows(0) == 3);
  CHECK(f.NumberOf(f.a, "one") == 1);  // as before the fork
  CHECK(f.NumberOf(repaired, "two") == 2);
  CHECK(f.NumberOf(f.a, "lost") == 0);  // the origin knows nothing of it any more
  CHECK(f.Count("SELECT status FROM repository_card WHERE number = 0") ==
        static_cast<int>(storage::StandingStatus::Withdrawn));
  CHECK(f.Count("SELECT count(*) FROM fork_evidence") == 1);  // stays
  // Whoever shows the superseded branch still does not turn it back.
  f.a.Publish("one");
  f.mirror.Carry(f.a);
  f.Round();
  CHECK(f.Stopped(f.a).empty());
  CHECK(f.Held(repaired).name.epoch == 1);
}

TEST_CASE("Attack03ARepairFromAnotherHistoryIsNotTaken") {
  Fixture f;
  f.a.Publish("one");
  f.mirror.Carry(f.a);
  f.Round();
  REQUIRE(f.HeldSize(f.a) == 4);
  auto other = FakeOrigin(1);  // the same genesis, another first card
  other.Publish("evil");
  const auto repaired = other.NextEpoch(other, OpenReason::Fork);
  FakePeer second(repaired);
  second.CarryHead(other, other.Head());
  f.AddPeer(second);
  f.Round();
  CHECK(f.Stopped(f.a).find("forked") != std::string::npos);
  CHECK(f.Held(f.a).name.epoch == 0);
  CHECK(f.HeldSize(f.a) == 4);
}

TEST_CASE("TwoOpeningsOfOneEpochStopTheOrigin") {
  Fixture f;
  f.Round();
  const auto closed = f.a;
  f.mirror.Carry(closed.NextEpoch(closed, OpenReason::Rotation));
  f.Round();
  REQUIRE(f.Held(f.a).name.epoch == 1);
  const auto other = closed.NextEpoch(closed, OpenReason::Compromise);
  FakePeer second(other);
  second.CarryHead(closed, closed.Head());
  f.AddPeer(second);
  f.Round();
  CHECK(f.Stopped(f.a).find("two different states") != std::string::npos);
  CHECK(f.Count("SELECT count(*) FROM fork_evidence WHERE epoch = 1") == 1);
}

TEST_CASE("Attack05AStateRootThatHidesATakedownStopsTheOrigin") {
  Fixture f;
  const auto before = f.a.State();
  f.a.entries.push_back(before.Render());
  f.mirror.Carry(f.a);
  f.Round();
  REQUIRE(f.HeldSize(f.a) == 4);
  CHECK(f.Count("SELECT cards FROM state_entry") == 2);
  f.a.Publish("one", [](Card& card) {
    card.standing.status = storage::StandingStatus::Removed;
    card.standing.reason = storage::StandingReason::Court;
    card.content.reset();
    card.meta.reset();
  });
  auto said = f.a.State();
  SECTION("the true one is taken") {
    f.a.entries.push_back(said.Render());
    f.mirror.Carry(f.a);
    f.Round();
    CHECK(f.HeldSize(f.a) == 6);
    CHECK(f.Stopped(f.a).empty());
    return;
  }
  SECTION("the card before it") { said = before; }
  SECTION("the repository left out") { said.cards = 1; }
  f.a.entries.push_back(said.Render());
  f.mirror.Carry(f.a);
  f.Round();
  CHECK(f.Stopped(f.a).find("latest cards") != std::string::npos);
  CHECK(f.HeldSize(f.a) == 4);
}
