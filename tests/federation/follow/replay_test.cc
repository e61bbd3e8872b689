#include "federation/mirror/mirror_rows.h"
#include "tests/federation/follow/follow_fixture.h"

using namespace banyan;
using namespace banyan::federation;
using namespace banyan::federation::testing;

TEST_CASE("AFollowedLogIsReplayedAndProven") {
  FakeOrigin a(1);
  a.Publish("one");
  a.Publish("two");
  FakePeer peer(a);
  FollowFixture f;
  f.AddPeer(peer);
  f.Follow(a);
  f.Round();
  CHECK(f.HeldSize(a) == 3);
  CHECK(f.Held(a).head.state() == a.State(3));
  CHECK(f.PeerOf(0).node == a.node());
  CHECK(f.PeerOf(0).problem.empty());
  CHECK(f.Count("SELECT count(*) FROM repository_card WHERE meta IS NOT NULL") == 2);
  CHECK(f.mirrors.size() == 2);
}

TEST_CASE("AQuietRoundAsksOneQuestion") {
  FakeOrigin a(1);
  a.Publish("one");
  FakePeer peer(a);
  FollowFixture f;
  f.AddPeer(peer);
  f.Follow(a);
  f.Round();
  const auto asked = peer.asked;
  const auto sent = peer.sent_bytes;
  f.Round();
  CHECK(peer.asked == asked + 1);
  CHECK(peer.sent_bytes == sent);
}

TEST_CASE("APeerThatHasNothingNewShowsStillWhatItShowed") {
  FakeOrigin a(1);
  FakePeer peer(a);
  FollowFixture f;
  f.AddPeer(peer);
  f.Follow(a);
  f.Round();
  const auto begun_ms = f.now_ms;
  f.Round();
  CHECK(f.Held(a).head.seen_ms == begun_ms);  // not every quiet round costs a write
  for (int i = 0; i < 5; ++i) f.Round();
  CHECK(f.Held(a).head.seen_ms >= begun_ms + 600'000);
  f.now_ms += 1000;
  f.Step(Hurry());
  CHECK(f.Held(a).head.seen_ms == f.now_ms);
  CHECK(f.PeerOf(0).answered_ms == f.now_ms);
}

TEST_CASE("WhoAnswersAndWasNotTheLastToShowALogDoesNotSpeakForIt") {
  FakeOrigin a(1);
  FakeOrigin m(2);
  FakePeer mirror(m);
  FakePeer peer(a);
  FollowFixture f;
  f.AddPeer(mirror);
  f.AddPeer(peer);
  f.Follow(a);
  f.Round();
  const auto begun_ms = f.now_ms;
  peer.is_down = true;
  f.now_ms += 700'000;
  f.Step(Hurry());
  CHECK(f.PeerOf(0).answered_ms == f.now_ms);
  CHECK(f.Held(a).head.seen_ms == begun_ms);
}

TEST_CASE("WhoIsAskedAlreadyIsAskedAgainByAHurry") {
  FakeOrigin a(1);
  FakePeer peer(a);
  FollowFixture f;
  f.AddPeer(peer);
  f.Follow(a);
  f.Round();
  f.now_ms += 120'000;
  const auto asked = MUST(f.service->Step(f.now_ms, Tick()));
  REQUIRE(asked.size() == 1);
  const auto before = peer.Give(std::get<Ask>(asked[0]));  // it answers, and then has more
  a.Publish("one");
  peer.Carry(a);
  f.Step(Hurry());
  f.Step(before);
  CHECK(f.HeldSize(a) == 2);
}

TEST_CASE("NamesThatAPeerHasNotYetAreAskedForAgain") {
  FakeOrigin a(1);
  a.Publish("one");
  FakePeer behind(a);  // it has the log, and is fetching the rest
  behind.objects.clear();
  FollowFixture f;
  f.AddPeer(behind);
  f.Follow(a);
  f.Round();
  CHECK(f.Count("SELECT count(*) FROM mirror") == 0);
  behind.objects = a.objects;
  f.Round();
  CHECK(f.Count("SELECT count(*) FROM mirror") == 1);
  const auto asked = behind.asked;
  f.Round();
  CHECK(behind.asked == asked + 1);
}

TEST_CASE("NamesThatNobodyHasAreAskedForMoreAndMoreSeldom") {
  FakeOrigin a(1);
  a.Publish("one");
  FakePeer peer(a);
  peer.objects.clear();
  FollowFixture f;
  f.AddPeer(peer);
  f.Follow(a);
  f.Round();
  const auto asked = peer.asked;
  const auto sent = peer.sent_bytes;
  constexpr int kRounds = 300;
  for (int i = 0; i < kRounds; ++i) f.Round();
  CHECK(peer.asked > asked + kRounds);       // they are asked for again,
  CHECK(peer.asked < asked + kRounds + 40);  // but not each time,
  CHECK(peer.sent_bytes == sent);            // and no head is shown again
}

TEST_CASE("NamesOfARemovedRepositoryAreNotWaitedFor") {
  FakeOrigin a(1);
  a.Publish("one", [](Card& card) {
    card.standing.status = storage::StandingStatus::Removed;
    card.standing.reason = storage::StandingReason::Author;
    card.content.reset();
  });
  FakePeer peer(a);
  peer.objects.clear();
  FollowFixture f;
  f.AddPeer(peer);
  f.Follow(a);
  f.Round();
  const auto asked = peer.asked;
  f.Round();
  CHECK(peer.asked == asked + 1);
}

TEST_CASE("AGrowingLogIsTakenUpWhereItStopped") {
  FakeOrigin a(1);
  FakePeer peer(a);
  FollowFixture f;
  f.AddPeer(peer);
  f.Follow(a);
  for (int i = 0; i < 600; ++i) {
    a.Publish("r" + std::to_string(i % 7));
    if (i % 97 != 0 && i < 590) continue;
    peer.Carry(a);
    f.service = std::make_unique<Service>(f.catalog.database(), f.random);  // as after a crash
    f.Round();
    REQUIRE(f.HeldSize(a) == a.entries.size());
  }
  CHECK(f.Count("SELECT count(*) FROM repository_card") == 7);
  CHECK(f.Count("SELECT max(number) FROM repository_card") == 86);
}

TEST_CASE("TwoPeersAtOnceShowTheSameLog") {
  FakeOrigin a(1);
  a.Publish("one");
  FakePeer first(a);
  FakePeer second(a);
  FollowFixture f;
  f.AddPeer(first);
  f.AddPeer(second);
  f.Follow(a);
  f.Round();  // both are asked before one has answered all
  CHECK(f.HeldSize(a) == 2);
  a.Publish("two");
  first.Carry(a);
  a.Publish("three");
  second.Carry(a);
  f.Round();
  CHECK(f.HeldSize(a) == 4);
  CHECK(f.Count("SELECT count(*) FROM repository_card") == 3);
  CHECK(f.PeerOf(0).problem.empty());
  CHECK(f.PeerOf(1).problem.empty());
}

TEST_CASE("ALongLogIsProvenStepByStep") {
  FakeOrigin a(1);
  for (std::uint64_t i = 0; i < 2 * kReplayStep + 777; ++i) {
    a.entries.push_back(MustRenderCanonical({{"t", "x"}, {"v", 1}, {"i", i}}));
  }
  FakePeer peer(a);
  FollowFixture f;
  f.AddPeer(peer);
  f.Follow(a);
  SECTION("whole") {
    f.Round();
    CHECK(f.Held(a).head.state() == a.State(a.entries.size()));
  }
  SECTION("a tile that lies stops the step") {
    peer.spoil = [](const std::string& path, Bytes& body) {
      if (path.find("/tile/1/") != path.npos) body[64 * 32 + 5] ^= 1;
    };
    f.Round();
    CHECK(f.HeldSize(a) == 0);
    CHECK_FALSE(f.PeerOf(0).problem.empty());
  }
  SECTION("a bundle that lies stops its step and keeps the earlier one") {
    peer.spoil = [](const std::string& path, Bytes& body) {
      if (path.ends_with("/tile/entries/070")) body[40] ^= 1;
    };
    f.Round();
    CHECK(f.HeldSize(a) == kReplayStep);
    peer.spoil = {};
    f.Round();
    CHECK(f.HeldSize(a) == a.entries.size());
    CHECK(f.Stopped(a).empty());
  }
}

TEST_CASE("OnlyWhatIsFollowedIsTaken") {
  FakeOrigin a(1);
  FakeOrigin b(2);
  a.Publish("one");
  a.Publish("whisper-tiny");
  b.Publish("three");
  FakePeer peer(a);
  peer.Carry(b);
  FollowFixture f;
  f.AddPeer(peer);
  f.Follow(a.node().ToString() + "/models/*/whisper-*");
  f.Round();
  CHECK(f.HeldSize(a) == 3);
  CHECK(f.Origin(b) == 0);
  CHECK(f.mirrors.size() == 1);
  f.Follow(b);  // its head is asked for again
  f.Round();
  CHECK(f.HeldSize(b) == 2);
}

TEST_CASE("APeerThatIsDownIsAskedLessAndLess") {
  FakeOrigin a(1);
  FakePeer peer(a);
  peer.is_down = true;
  FollowFixture f;
  f.AddPeer(peer);
  f.Follow(a);
  for (int i = 0; i < 600; ++i) {  // ten hours
    f.now_ms += 60'000;
    f.Step(Tick());
  }
  CHECK(peer.asked >= 10);
  CHECK(peer.asked <= 20);
  peer.is_down = false;
  f.Step(Hurry());
  CHECK(f.HeldSize(a) == 1);
  CHECK(f.PeerOf(0).failures == 0);
}

TEST_CASE("WhatFailedOfAnOlderCardDoesNotPauseANewerOne") {
  FakeOrigin a(1);
  a.Publish("one");
  FakePeer peer(a);
  FollowFixture f;
  f.AddPeer(peer);
  f.Follow(a);
  f.Round();
  REQUIRE(f.mirrors.size() == 1);
  const auto card = f.mirrors.front().card;
  MUST(f.catalog.Write([&](storage::Connection& c) {  // once it was as an older one says
    return c.Execute("UPDATE mirror SET leaf = zeroblob(32)");
  }));
  const auto fail = [&] {
    f.now_ms += 1000;
    MUST(f.catalog.Write([&](storage::Connection& c) {
      return NoteFailure(c, card, "it answered with status 404", f.now_ms);
    }));
    f.mirrors.clear();
    f.Step(MirrorEnded{card});
  };
  const auto publish = [&] {
    a.Publish("one");
    peer.Carry(a);
  };
  fail();
  CHECK(f.mirrors.empty());
  SECTION("in a round") {
    for (int i = 0; i < 5; ++i) fail();  // to be tried after a quarter of an hour
    f.Round();
    CHECK(f.mirrors.empty());
    publish();
    f.Round();
  }
  SECTION("of a sync that began with the older one") {
    const auto hurried = MUST(f.service->Step(f.now_ms, Hurry()));  // asks, and begins
    publish();
    f.now_ms += 1000;
    for (const auto& output : hurried) {
      if (const auto* ask = std::get_if<Ask>(&output)) f.Step(peer.Give(*ask));
    }
    CHECK(f.mirrors.empty());   // under way
    f.Step(MirrorEnded{card});  // in conflict with the newer one
  }
  CHECK(f.mirrors.size() == 1);
  fail();
  CHECK(f.mirrors.empty());
  CHECK(f.Count("SELECT failures FROM mirror") == 1);
}

TEST_CASE("ACardThatNeedsANewerProgramIsCountedAndNotUnderstood") {
  FakeOrigin a(1);
  const auto card = a.Publish("one");
  Json newer = MUST(ParseCanonical(a.entries.back()));
  newer["crit"] = Json::array({"quantum"});
  newer["quantum"] = 1;
  newer["n"] = 2;
  newer["repo"] = HashText(a.Key("one"));
  newer["prev"] = HashText(HashLeaf(a.entries.back()));
  a.entries.push_back(MustRenderCanonical(newer));
  FakePeer peer(a);
  FollowFixture f;
  f.AddPeer(peer);
  f.Follow(a);
  f.Round();
  CHECK(f.HeldSize(a) == 3);
  CHECK(f.Stopped(a).empty());
  CHECK(f.mirrors.empty());
  CHECK(f.Count("SELECT number FROM repository_card") == 2);
}

TEST_CASE("WhoIsFollowedWhileARoundRunsIsNotPassedOver") {
  FakeOrigin a(1);
  a.Publish("one");
  FakePeer peer(a);
  FakeOrigin m(2);
  FakePeer mirror(m);
  mirror.Carry(a);
  mirror.Carry(m);
  FollowFixture f;
  f.AddPeer(mirror);
  f.Round();
  f.now_ms += 700'000;  // long enough for a quiet round to be noted
  const auto asked = MUST(f.service->Step(f.now_ms, Tick()));
  REQUIRE(asked.size() == 1);
  f.Follow(a);
  f.Step(mirror.Give(std::get<Ask>(asked[0])));
  f.Round();
  CHECK(f.HeldSize(a) == 2);
}
