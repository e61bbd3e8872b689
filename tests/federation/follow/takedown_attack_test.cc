// Row 23 of the design's table of attacks, and what it has of row 15: whoever has the log key of an
// origin takes all down that it ever published, by its own log.
#include "federation/answers.h"
#include "federation/due_deletion.h"
#include "federation/mirror/mirror_names.h"
#include "tests/federation/follow/follow_fixture.h"

using namespace banyan;
using namespace banyan::federation;
using namespace banyan::federation::testing;
using storage::Connection;
using storage::StandingReason;
using storage::StandingStatus;

namespace {

constexpr std::int64_t kDayMs = 24 * 3'600'000;
constexpr int kRepositories = 20;

std::string NameOf(int number) { return "m" + std::to_string(number); }

// Mirrors all of an origin; content is no more than a figure here.
struct Robbed : FollowFixture {
  FakeOrigin a{1};
  FakePeer peer{a};
  Policy policy;

  Robbed() {
    AddPeer(peer);
    Follow(a);
    for (int i = 0; i < kRepositories; ++i) a.Publish(NameOf(i));
    peer.Carry(a);
    Round();
    for (std::size_t i = 0; i < mirrors.size(); ++i) {
      const auto card = mirrors[i].card;
      Bring(card);
      Step(MirrorEnded{card});
      Step(Tick());
    }
    REQUIRE(Here() == kRepositories);
  }
  // As a mirror that is done leaves it.
  void Bring(std::int64_t card) {
    MUST(catalog.Write([&](Connection& c) -> Status {
      const auto origin = TRY(FindOrigin(c, a.node()));
      MirrorIdentity identity{origin->row, a.node(), RepositoryKey()};
      {
        auto rows = c.Query("SELECT key FROM repository_card WHERE id = ?", card);
        REQUIRE(rows.Next());
        identity.key = rows.DigestAt<RepositoryKey>(0);
      }
      const MirrorName name{{storage::RepositoryKind::Model, "ns", "m" + std::to_string(card)},
                            "main"};
      const auto placed = TRY(PlaceMirror(c, random, identity, name, now_ms));
      TRY(c.Execute("UPDATE repository SET stored_bytes = 100, private = 0 WHERE id = ?",
                    placed.row));
      TRY(c.Execute("UPDATE repository_card SET repository = ? WHERE id = ?", placed.row, card));
      return c.Execute(
          "UPDATE mirror SET taken = selected, "
          "leaf = (SELECT leaf FROM repository_card WHERE id = card) WHERE card = ?",
          card);
    }));
  }
  // All of it, in the name of the origin.
  FakeOrigin Steal(const storage::Standing& standing) {
    FakeOrigin thief = a;  // and its keys
    for (int i = 0; i < kRepositories; ++i) {
      thief.Publish(NameOf(i), [&](Card& card) {
        card.standing = standing;
        card.content.reset();
      });
    }
    peer.Carry(thief);
    Round();
    REQUIRE(HeldSize(thief) == 1 + 2 * kRepositories);
    return thief;
  }
  // As its job does; the number of repositories that went in so many days.
  int DeleteDue(int days) {
    int deleted = 0;
    for (int day = 0; day < days; ++day) {
      now_ms += kDayMs;
      Step(Tick());
      while (MUST(catalog.Write([&](Connection& c) { return DeleteOneDue(c, policy, now_ms); })) !=
             0) {
        ++deleted;
      }
    }
    return deleted;
  }
  std::int64_t Here(const std::string& condition = "1") {
    return Count("SELECT count(*) FROM repository WHERE stored_bytes = 100 AND " + condition);
  }
  std::int64_t Answered(storage::Answer answer) {
    return Here("answer = " + std::to_string(static_cast<int>(answer)));
  }
};

}  // namespace

TEST_CASE("Attack23AStolenKeyStopsAllAndErasesNothing") {
  Robbed f;
  const auto before = f.a;
  const auto thief = f.Steal({StandingStatus::Removed, StandingReason::Court, {}});
  CHECK(f.Stopped(thief).empty());  // nothing tells it from the origin yet
  CHECK(f.Answered(storage::Answer::Stop) == kRepositories);
  CHECK(f.Here("delete_ms IS NOT NULL") == kRepositories);
  CHECK(f.DeleteDue(60) == 0);  // all are due on the thirtieth day
  CHECK(f.Here() == kRepositories);
  SECTION("until the origin has its log back") {
    const auto repaired = before.NextEpoch(before, OpenReason::Compromise);
    FakePeer rescuer(repaired);
    rescuer.CarryHead(before, before.Head());
    rescuer.Carry(repaired);
    f.AddPeer(rescuer);
    f.Round();
    CHECK(f.PeerOf(1).problem.empty());
    CHECK(f.Held(repaired).name.epoch == 1);
    CHECK(f.Answered(storage::Answer::Keep) == kRepositories);
    CHECK(f.Here("delete_ms IS NOT NULL") == 0);
    // The thief's log is still about.
    f.peer.Carry(thief);
    f.Round();
    CHECK(f.DeleteDue(60) == 0);
    CHECK(f.Answered(storage::Answer::Keep) == kRepositories);
  }
  SECTION("until the operator says so") {
    f.policy.brake.repositories = kRepositories;
    CHECK(f.DeleteDue(1) == kRepositories);
  }
}

TEST_CASE("Attack23WhatAThiefWithdrawsIsHiddenAndKept") {
  Robbed f;
  f.Steal({StandingStatus::Withdrawn, StandingReason::Author, {}});
  CHECK(f.Answered(storage::Answer::Hide) == kRepositories);
  f.policy.brake = {1'000, 100};
  CHECK(f.DeleteDue(400) == 0);
  CHECK(f.Here() == kRepositories);
}

// The brake is of each origin: who robs one gets no other's through, nor holds it up.
TEST_CASE("Attack23TheBrakeOfOneOriginHoldsUpNoOther") {
  Robbed f;
  FakeOrigin other(2);
  other.Publish("m");
  f.peer.Carry(other);
  f.Follow(other);
  f.Step(Hurry{});
  f.Round();
  REQUIRE(f.mirrors.size() == kRepositories + 1);
  MUST(f.catalog.Write([&](Connection& c) -> Status {
    const auto row = TRY(FindOrigin(c, other.node()))->row;
    const auto placed =
        TRY(PlaceMirror(c, f.random, {row, other.node(), other.Key("m")},
                        {{storage::RepositoryKind::Model, "others", "m"}, "main"}, f.now_ms));
    return c.Execute("UPDATE repository_card SET repository = ? WHERE origin = ?", placed.row, row);
  }));
  f.Steal({StandingStatus::Removed, StandingReason::Court, {}});
  other.Publish("m", [](Card& card) {
    card.standing = {StandingStatus::Removed, StandingReason::Court, {}};
    card.content.reset();
  });
  f.peer.Carry(other);
  f.Round();
  CHECK(f.DeleteDue(60) == 1);
  CHECK(f.Here() == kRepositories);
}
