// This node cosigns what it mirrors, and keeps what other mirrors signed.
#include "federation/cosignatures.h"
#include "federation/own_origin.h"
#include "federation/row_files.h"
#include "tests/federation/follow/follow_fixture.h"

using namespace banyan;
using namespace banyan::federation;
using namespace banyan::federation::testing;

namespace {

// Follows a from m, a mirror that introduces itself.
struct Fixture : FollowFixture {
  FakeOrigin a{1};
  FakeOrigin m{2};
  FakePeer mirror{m};
  OwnOrigin own = MUST(OpenOwnOrigin(
      catalog.database(), KeysOf(50), [] { return Result(KeysOf(51).public_keys().Commitment()); },
      random));

  Fixture() {
    now_ms = 1'790'000'000'000;
    a.Publish("one");
    mirror.Carry(a);
    AddPeer(mirror);
    Follow(a);
  }

  void MaySign() { Step(federation::MaySign{Cosigner{own.node, own.keys.mirror}}); }
  void Restart() { service = std::make_unique<Service>(catalog.database(), random); }

  std::vector<Holder> Holders(const FakeOrigin& origin) {
    return catalog.Read(
        [&](storage::Connection& c) { return MUST(ListHolders(c, Held(origin).log)); });
  }
  std::uint64_t HeldBy(const FakeOrigin& origin, const NodeId& node) {
    for (const auto& holder : Holders(origin)) {
      if (holder.node == node) return holder.size;
    }
    return 0;
  }
  // As it is served.
  std::string Checkpoint(const FakeOrigin& origin) {
    return catalog.Read([&](storage::Connection& c) {
      return std::string(AsText(MUST(ReadRowFile(c, Held(origin).log, "checkpoint"))));
    });
  }
  std::optional<HeadsPage> Heads(const JournalPlace& since = {}) {
    return catalog.Read([&](storage::Connection& c) { return MUST(ReadHeads(c, since, now_ms)); });
  }
  NoteKey OwnKey() const { return MirrorKey(own.node, own.keys.mirror.public_key()); }
  bool IsCosigned(const std::string& note, const NoteKey& key) {
    const auto parsed = MUST(SignedNote::Parse(note));
    return std::ranges::any_of(parsed.signatures, [&](const auto& signature) {
      return IsSignedBy(key, parsed.text, signature);
    });
  }
};

}  // namespace

TEST_CASE("AMirroredHeadIsCosignedOnceAllOfItIsHere") {
  Fixture f;
  FakePeer other(FakeOrigin(3));
  f.AddPeer(other);
  f.Round();
  REQUIRE(f.HeldSize(f.a) == 2);
  CHECK(f.Holders(f.a).empty());  // it may not sign yet
  f.hints.clear();
  f.MaySign();
  REQUIRE(f.HeldBy(f.a, f.own.node) == 2);
  CHECK(f.Holders(f.a)[0].since_s == static_cast<std::uint64_t>(f.now_ms / 1000));
  CHECK(f.IsCosigned(f.Checkpoint(f.a), f.OwnKey()));
  f.a.Publish("two");
  f.mirror.Carry(f.a);
  f.Round();
  CHECK(f.HeldBy(f.a, f.own.node) == 3);
  REQUIRE(f.hints.size() == 1);  // whoever is told of the head is told so, too
  CHECK(f.IsCosigned(f.hints[0].note, f.OwnKey()));
  CHECK(f.Held(f.a).head.note == f.a.Head());
  f.Step(federation::MaySign{});
  f.a.Publish("three");
  f.mirror.Carry(f.a);
  f.Round();
  CHECK(f.HeldBy(f.a, f.own.node) == 3);
  CHECK(f.Checkpoint(f.a) == f.a.Head());  // nothing was signed of this one
}

TEST_CASE("ALogThatIsHereInPartIsNotCosigned") {
  Fixture f;
  for (std::uint64_t i = 0; i < kReplayStep + 10; ++i) {
    f.a.entries.push_back(MustRenderCanonical({{"t", "x"}, {"v", 1}, {"i", i}}));
  }
  f.mirror.Carry(f.a);
  f.mirror.spoil = [](const std::string& path, Bytes& body) {
    if (path.ends_with("/tile/entries/064.p/12")) body[40] ^= 1;
  };
  f.MaySign();
  f.Round();
  REQUIRE(f.HeldSize(f.a) == kReplayStep);
  CHECK(f.Holders(f.a).empty());
  f.mirror.spoil = {};
  f.Step(Hurry());
  CHECK(f.HeldBy(f.a, f.own.node) == f.a.entries.size());
}

TEST_CASE("TheOwnLogAndAPolicyThatSaysNothingAreNotCosigned") {
  Fixture f;
  Policy silent;
  silent.cosignatures.makes = false;
  f.Step(PolicyRead{silent});
  f.MaySign();
  f.Round();
  CHECK(f.Count("SELECT count(*) FROM cosignature") == 0);
  f.Step(PolicyRead{});
  CHECK(f.Count("SELECT count(*) FROM cosignature") == 1);
  CHECK(f.HeldBy(f.a, f.own.node) == 2);
}

TEST_CASE("WhatOtherMirrorsSignedIsKeptAndPassedOn") {
  Fixture f;
  f.mirror.CarryHead(f.a, f.m.Cosign(f.a.Head()));
  f.MaySign();
  f.Round();
  CHECK(f.Held(f.a).head.note == f.a.Head());  // others' signatures are no part of the head
  CHECK(f.HeldBy(f.a, f.m.node()) == 2);
  CHECK(f.HeldBy(f.a, f.own.node) == 2);
  const auto key = MirrorKey(f.m.node(), f.m.keys().mirror.public_key());
  CHECK(f.IsCosigned(f.Checkpoint(f.a), key));
  CHECK(f.IsCosigned(f.Heads()->heads.back().note, key));
  f.a.Publish("two");
  f.mirror.Carry(f.a);  // the mirror has it, and did not sign yet
  f.Round();
  CHECK_FALSE(f.IsCosigned(f.Checkpoint(f.a), key));
  CHECK(f.HeldBy(f.a, f.m.node()) == 2);  // it holds so much
  f.mirror.CarryHead(f.a, f.m.Cosign(f.a.Head()));
  f.Round();
  CHECK(f.HeldBy(f.a, f.m.node()) == 3);
}

TEST_CASE("CosignaturesAreNoChangeOfTheJournal") {
  Fixture f;
  f.MaySign();
  f.Round();
  const auto upto = f.Heads()->upto;
  f.mirror.CarryHead(f.a, f.m.Cosign(f.a.Head()));
  f.Round();
  REQUIRE(f.HeldBy(f.a, f.m.node()) == 2);
  CHECK_FALSE(f.Heads(upto).has_value());
  const auto asked = f.mirror.asked;
  f.Round();
  CHECK(f.mirror.asked == asked + 1);
  CHECK(f.hints.empty());
}

TEST_CASE("AMirrorOfThisNodesOwnLogIsKnown") {
  Fixture f;
  const auto entry = f.catalog.Read(
      [&](storage::Connection& c) { return MUST(ReadEntries(c, f.own.log, 0, 1)).front(); });
  Frontier log;
  log.Append(HashLeaf(entry));
  SignedNote note{Checkpoint{f.own.Line(), {1, log.Root()}}.ToString(), {}};
  note.signatures.push_back(SignNote(note.text, f.own.Line(), f.own.keys.log));
  MUST(f.catalog.Write([&](storage::Connection& c) {
    return PutHead(c, f.own.log, {log, note.ToString(), f.now_ms});
  }));
  f.mirror.logs[LogName{f.own.node, 0}.Path()] = {{entry}, f.m.Cosign(note.ToString())};
  ++f.mirror.sequence;
  f.MaySign();
  f.Round();
  const auto holders =
      f.catalog.Read([&](storage::Connection& c) { return MUST(ListHolders(c, f.own.log)); });
  REQUIRE(holders.size() == 1);
  CHECK(holders[0].node == f.m.node());
  CHECK(holders[0].since_s == FakeOrigin::kCosignedS);
}

TEST_CASE("ANewKeyOfAPeerIsAskedForAndAnOldOneProvesNothing") {
  Fixture f;
  f.Round();
  FakeOrigin later = f.m.NextEpoch(f.m, OpenReason::Rotation);
  f.mirror.introduction = IntroductionText({f.m.entries.front(), later.entries.front()});
  f.mirror.CarryHead(f.a, later.Cosign(f.a.Head()));
  f.Round();
  CHECK(f.HeldBy(f.a, f.m.node()) == 2);
  f.a.Publish("two");
  f.mirror.CarryHead(f.a, f.m.Cosign(f.a.Head()));
  f.Round();
  CHECK(f.HeldBy(f.a, f.m.node()) == 2);
  CHECK(f.HeldSize(f.a) == 3);
}

TEST_CASE("Attack16OnlyWhatAKnownMirrorSignedOfThisHeadIsKept") {
  Fixture f;
  f.Round();
  const auto head = f.a.Head();
  const auto name = MirrorKeyName(f.m.node());
  std::string shown;
  SECTION("another key signs under its name") {
    shown = FakeOrigin::CosignAs(name, KeysOf(9).mirror, head);
  }
  SECTION("its log key, which is for another role") {
    shown = FakeOrigin::CosignAs(name, f.m.keys().log, head);
  }
  SECTION("the log cosigns itself under its own name") {
    shown = FakeOrigin::CosignAs(f.a.name().ToString(), f.a.keys().log, head);
  }
  SECTION("the right key id and a wrong signature") {
    auto note = MUST(SignedNote::Parse(f.m.Cosign(head)));
    note.signatures.back().signature.back() ^= 1;
    shown = note.ToString();
  }
  SECTION("no room for a signature") {
    auto note = MUST(SignedNote::Parse(f.m.Cosign(head)));
    note.signatures.back().signature.pop_back();
    shown = note.ToString();
  }
  SECTION("made for another head") {
    const auto other = MUST(SignedNote::Parse(f.m.Cosign(f.a.Sign(f.a.State(1)))));
    auto note = MUST(SignedNote::Parse(head));
    note.signatures.push_back(other.signatures.back());
    shown = note.ToString();
  }
  SECTION("made for the same state of another origin") {
    const Checkpoint text{FakeOrigin(8).name().ToString(), f.a.State(2)};
    auto note = MUST(SignedNote::Parse(head));
    note.signatures.push_back(
        CosignNote(text.ToString(), name, FakeOrigin::kCosignedS, f.m.keys().mirror));
    shown = note.ToString();
  }
  SECTION("from a time to come") {
    shown = f.m.Cosign(head, static_cast<std::uint64_t>(f.now_ms / 1000) + 200'000);
  }
  SECTION("from before all time") { shown = f.m.Cosign(head, ~std::uint64_t{0}); }
  SECTION("a stranger") { shown = FakeOrigin(7).Cosign(head); }
  f.mirror.CarryHead(f.a, shown);
  f.Round();
  CHECK(f.Count("SELECT count(*) FROM cosignature") == 0);
  CHECK(f.PeerOf(0).problem.empty());  // the head itself stands
  f.a.Publish("two");
  f.mirror.CarryHead(f.a, f.m.Cosign(f.a.Head()));
  f.Round();
  CHECK(f.HeldBy(f.a, f.m.node()) == 3);  // so it could have been kept
}

TEST_CASE("Attack11MoreCosignersThanFitDoNotDriveOutThoseOfALargerHead") {
  Fixture f;
  std::vector<FakeOrigin> mirrors;
  for (std::uint8_t seed = 100; seed < 120; ++seed) mirrors.emplace_back(seed);
  for (const auto& one : mirrors) {
    f.mirror.Carry(one);
    f.Follow(one);
  }
  f.MaySign();
  f.Round();
  std::string all = f.a.Head();
  for (const auto& one : mirrors) all = one.Cosign(all);
  f.mirror.CarryHead(f.a, all);
  f.Round();
  CHECK(f.Holders(f.a).size() == 16);
  CHECK(f.HeldBy(f.a, f.own.node) == 2);
  CHECK(MUST(SignedNote::Parse(f.Checkpoint(f.a))).signatures.size() == 17);
  f.a.Publish("two");
  f.mirror.CarryHead(f.a, mirrors.back().Cosign(f.a.Head()));
  f.Round();
  CHECK(f.Holders(f.a).size() == 16);
  CHECK(f.HeldBy(f.a, mirrors.back().node()) == 3);
  Policy policy;
  policy.cosignatures.keeps = 0;
  f.Step(PolicyRead{policy});
  f.a.Publish("three");
  f.mirror.CarryHead(f.a, mirrors.back().Cosign(f.a.Head()));
  f.Round();
  CHECK(f.Holders(f.a).size() == 1);
  CHECK(f.HeldBy(f.a, f.own.node) == 4);
}

TEST_CASE("Attack02AnOlderCosignatureDoesNotTurnBackALaterOne") {
  Fixture f;
  const auto old_head = f.m.Cosign(f.a.Head());
  f.a.Publish("two");
  f.mirror.CarryHead(f.a, f.m.Cosign(f.a.Head()));
  f.MaySign();
  f.Round();
  REQUIRE(f.HeldBy(f.a, f.m.node()) == 3);
  f.mirror.CarryHead(f.a, old_head);
  f.Round();
  CHECK(f.HeldBy(f.a, f.m.node()) == 3);
  CHECK(f.HeldBy(f.a, f.own.node) == 3);
}

TEST_CASE("Attack03NothingOfAForkIsCosigned") {
  Fixture f;
  f.MaySign();
  f.Round();
  REQUIRE(f.HeldBy(f.a, f.own.node) == 2);
  FakeOrigin other = f.a;
  other.entries.pop_back();
  other.Publish("other");
  other.Publish("another");
  f.mirror.CarryHead(other, f.m.Cosign(other.Head()));
  f.Round();
  REQUIRE_FALSE(f.Stopped(f.a).empty());
  CHECK(f.HeldBy(f.a, f.own.node) == 2);
  CHECK(f.HeldBy(f.a, f.m.node()) == 0);
  f.Restart();
  f.MaySign();
  f.Round();
  CHECK(f.Count("SELECT count(*) FROM cosignature") == 1);
}

TEST_CASE("AfterARestartTheSameHeadIsNotCosignedAnew") {
  Fixture f;
  f.MaySign();
  f.Round();
  const auto before = f.Checkpoint(f.a);
  f.Restart();
  f.now_ms += 1'000'000;
  f.MaySign();
  f.Round();
  CHECK(f.Checkpoint(f.a) == before);
}

// The catalog is that of a node that cosigned nothing yet; its earlier self had cosigned more.
TEST_CASE("ARestoredNodeDoesNotCosignBehindWhatItsPeersSawItCosign") {
  Fixture f;
  const auto earlier = [&](const std::string& head) {
    return FakeOrigin::CosignAs(MirrorKeyName(f.own.node), f.own.keys.mirror, head);
  };
  FakeOrigin longer = f.a;
  longer.Publish("two");
  longer.Publish("three");
  FakePeer witness(FakeOrigin(3));
  SECTION("a peer shows it, and has not got all of it any more") {
    witness.CarryHead(longer, earlier(longer.Head()));
    witness.logs[longer.name().Path()].entries = f.a.entries;
    witness.spoil = [](const std::string& path, Bytes& body) {
      if (path.find("/tile/") != path.npos) body.clear();
    };
    f.AddPeer(witness);
    f.MaySign();
    f.Round();
    REQUIRE(f.HeldSize(f.a) == 2);
    CHECK(f.Holders(f.a).empty());
    f.a.Publish("other");  // another history, as long as the one that it had signed
    f.a.Publish("another");
    f.mirror.Carry(f.a);
    witness.is_down = true;
    f.Round();
    REQUIRE(f.HeldSize(f.a) == 4);
    CHECK(f.Holders(f.a).empty());
    CHECK(f.Checkpoint(f.a) == f.a.Head());
    f.a.Publish("more");
    f.mirror.Carry(f.a);
    f.Restart();
    f.MaySign();
    f.Round();
    CHECK(f.HeldSize(f.a) == 5);
    CHECK(f.Holders(f.a).empty());
  }
  SECTION("when it holds the same again it goes on") {
    f.mirror.CarryHead(longer, earlier(longer.Head()));
    f.MaySign();
    f.Round();
    CHECK(f.HeldBy(f.a, f.own.node) == 4);
    longer.Publish("four");
    f.mirror.Carry(longer);
    f.Round();
    CHECK(f.HeldBy(f.a, f.own.node) == 5);
  }
}

TEST_CASE("NothingIsCosignedBeforeEachPeerWasHeard") {
  Fixture f;
  FakePeer silent(FakeOrigin(3));
  f.AddPeer(silent);
  const federation::MaySign may{Cosigner{f.own.node, f.own.keys.mirror}};
  std::vector<Output> outputs = MUST(f.service->Step(f.now_ms, may));
  std::vector<Ask> unanswered;
  while (!outputs.empty()) {
    const auto output = outputs.back();
    outputs.pop_back();
    const auto* ask = std::get_if<Ask>(&output);
    if (ask == nullptr) continue;
    if (&f.PeerAt(ask->peer) == &silent) {
      unanswered.push_back(*ask);
      continue;
    }
    for (auto& next : MUST(f.service->Step(f.now_ms, f.PeerAt(ask->peer).Give(*ask)))) {
      outputs.push_back(std::move(next));
    }
  }
  REQUIRE(f.HeldSize(f.a) == 2);
  REQUIRE(unanswered.size() == 1);
  CHECK(f.Holders(f.a).empty());
  silent.is_down = true;
  f.Step(silent.Give(unanswered[0]));
  CHECK(f.HeldBy(f.a, f.own.node) == 2);
}

TEST_CASE("AnEarlierEpochIsNotCosignedBehindWhatWasCosigned") {
  Fixture f;
  FakeOrigin cut = f.a;
  f.a.Publish("two");
  f.mirror.Carry(f.a);
  f.MaySign();
  f.Round();
  REQUIRE(f.HeldBy(f.a, f.own.node) == 3);
  FakeOrigin next = f.a.NextEpoch(cut, OpenReason::Fork);
  f.mirror.Carry(cut);
  f.mirror.Carry(next);
  f.Round();
  REQUIRE(f.Held(f.a).log.epoch == 1);
  CHECK(f.HeldBy(next, f.own.node) == 1);
  CHECK(f.Count("SELECT size FROM cosignature WHERE epoch = 0") == 3);
}
