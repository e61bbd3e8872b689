// Rows of the table of attacks in PROTOCOL.md section 13, as far as heads, logs and cards go.
#include "tests/federation/follow/follow_fixture.h"
#include "tests/support/logged_lines.h"

using namespace banyan;
using namespace banyan::federation;
using namespace banyan::federation::testing;

namespace {

struct Fixture : FollowFixture {
  FakeOrigin a{1};
  FakeOrigin m{2};  // a mirror, which follows a
  FakePeer mirror{m};

  Fixture() {
    a.Publish("one");
    mirror.Carry(a);
    AddPeer(mirror);
    Follow(a);
  }
};

Bytes PageOf(std::uint64_t sequence, const std::vector<std::string>& notes) {
  HeadsPage page{{"0123456789abcdef", sequence}, {}};
  for (const auto& note : notes) page.heads.push_back({0, note});
  const auto text = page.ToString();
  return Bytes(text.begin(), text.end());
}

// Shows these instead of what it has.
void Show(FakePeer& peer, const std::vector<std::string>& notes) {
  peer.spoil = [&peer, notes](const std::string& path, Bytes& body) {
    if (path.starts_with("/fed/heads")) body = PageOf(++peer.sequence, notes);
  };
}

constexpr std::int64_t kMonthMs = std::int64_t{30} * 86'400'000;

}  // namespace

TEST_CASE("Attack01AStaleMirrorDoesNotTurnTheHeadBack") {
  Fixture f;
  const auto old_head = f.a.Head();
  f.a.Publish("one");
  f.mirror.Carry(f.a);
  f.Round();
  REQUIRE(f.HeldSize(f.a) == 3);
  f.mirror.CarryHead(f.a, old_head);
  f.Round();
  CHECK(f.HeldSize(f.a) == 3);
  CHECK(f.Held(f.a).head.note == f.a.Head());
  CHECK(f.Stopped(f.a).empty());
  CHECK(f.PeerOf(0).problem.empty());  // being late is no lie
}

TEST_CASE("Attack02AnOldCardCannotBeReplayedAsNew") {
  Fixture f;
  f.Round();
  f.a.Publish("one");
  SECTION("the same card again") { f.a.entries.push_back(f.a.entries[1]); }
  SECTION("an old number on a new card") {
    auto card = f.a.Publish("one");
    f.a.entries.pop_back();
    card.number = 2;
    f.a.entries.push_back(MUST(card.Render()));
  }
  SECTION("another card before it") {
    auto card = f.a.Publish("one");
    f.a.entries.pop_back();
    card.previous = HashLeaf(f.a.entries[1]);
    f.a.entries.push_back(MUST(card.Render()));
  }
  f.mirror.Carry(f.a);
  f.Round();
  CHECK(f.HeldSize(f.a) == 2);  // nothing of a log that breaks the rules
  CHECK(f.Stopped(f.a).find("does not go on from") != std::string::npos);
  CHECK(f.Count("SELECT number FROM repository_card") == 1);
}

TEST_CASE("Attack03AForkIsSeenProvenAndFrozen") {
  Fixture f;
  f.a.Publish("two");
  f.mirror.Carry(f.a);
  f.Round();
  REQUIRE(f.HeldSize(f.a) == 3);
  FakeOrigin other = f.a;  // a second history, signed with the same key
  other.entries.pop_back();
  other.Publish("evil");
  FakePeer second(other);
  SECTION("of the same size") {}
  SECTION("of a greater size") {
    other.Publish("evil");
    second.Carry(other);
  }
  SECTION("of a smaller size than is held") {
    f.a.Publish("two");
    f.mirror.Carry(f.a);
    f.Round();
    REQUIRE(f.HeldSize(f.a) == 4);
  }
  const auto held = f.HeldSize(f.a);
  f.AddPeer(second);
  f.Round();
  CHECK(f.Stopped(f.a).find("forked") != std::string::npos);
  CHECK(f.HeldSize(f.a) == held);
  CHECK(f.Count("SELECT count(*) FROM fork_evidence") == 1);
  CHECK(f.Count("SELECT count(*) FROM repository_card") == 2);
  // Both notes are signed by the origin and say different things.
  f.catalog.Read([&](storage::Connection& c) {
    auto rows = c.Query("SELECT first, second FROM fork_evidence");
    REQUIRE(rows.Next());
    const auto keys = *f.Held(f.a).keys;
    CHECK(MUST(VerifyHead(f.a.name(), keys, rows.Text(0))) !=
          MUST(VerifyHead(f.a.name(), keys, rows.Text(1))));
    return 0;
  });
  // What comes later is not taken.
  f.a.Publish("three");
  f.mirror.Carry(f.a);
  f.Round();
  CHECK(f.HeldSize(f.a) == held);
}

TEST_CASE("Attack03AMirrorCannotMakeAForkUp") {
  Fixture f;
  f.Round();
  REQUIRE(f.HeldSize(f.a) == 2);
  f.a.Publish("two");
  f.mirror.Carry(f.a);
  SECTION("with entries that are not signed") {
    f.mirror.logs[f.a.name().Path()].entries[2] = f.a.entries[1];
  }
  SECTION("with a head that is not signed") {
    FakeOrigin thief(7);
    SignedNote note{Checkpoint{f.a.name().ToString(), {5, LogHash()}}.ToString(), {}};
    note.signatures.push_back(SignNote(note.text, f.a.name().ToString(), KeysOf(7).log));
    f.mirror.logs[f.a.name().Path()].head = note.ToString();
  }
  f.Round();
  CHECK(f.HeldSize(f.a) == 2);
  CHECK(f.Stopped(f.a).empty());
  CHECK_FALSE(f.PeerOf(0).problem.empty());
  FakePeer honest(f.a);
  f.AddPeer(honest);
  f.Round();
  CHECK(f.HeldSize(f.a) == 3);
}

TEST_CASE("Attack03ASmallerHeadThatContradictsIsFoundInTheSamePage") {
  Fixture f;
  f.a.Publish("two");
  FakeOrigin other = f.a;
  other.entries.pop_back();
  other.Publish("evil");
  f.a.Publish("three");
  f.mirror.Carry(f.a);
  SECTION("after the largest") { Show(f.mirror, {f.a.Head(), other.Head()}); }
  SECTION("before it") { Show(f.mirror, {other.Head(), f.a.Head()}); }
  SECTION("among many that do not") {
    std::vector<std::string> notes(900, f.a.Head());
    notes[450] = other.Head();
    Show(f.mirror, notes);
  }
  f.Round();
  CHECK(f.Stopped(f.a).find("forked") != std::string::npos);
  CHECK(f.HeldSize(f.a) == 4);
  CHECK(f.Count("SELECT count(*) FROM fork_evidence") == 1);
}

TEST_CASE("Attack05ATakedownComesWithTheLog") {
  Fixture f;
  f.Round();
  f.a.Publish("one", [](Card& card) {
    card.standing.status = storage::StandingStatus::Removed;
    card.standing.reason = storage::StandingReason::Court;
    card.content.reset();
    card.meta.reset();
  });
  f.mirror.Carry(f.a);
  f.Round();
  CHECK(f.Count("SELECT status FROM repository_card") ==
        static_cast<int>(storage::StandingStatus::Removed));
  CHECK(f.Count("SELECT count(*) FROM repository_card WHERE meta IS NOT NULL") == 0);
}

TEST_CASE("Attack08OversizedAnswersAreNotTaken") {
  Fixture f;
  f.mirror.spoil = [&](const std::string& path, Bytes& body) {
    if (path.find("/tile/entries/") != path.npos) body.resize(body.size() + 5'000'000);
  };
  f.Round();
  CHECK(f.HeldSize(f.a) == 0);
  CHECK_FALSE(f.PeerOf(0).problem.empty());
}

TEST_CASE("Attack08AnOversizedEntryStopsItsOrigin") {
  Fixture f;
  f.a.entries.push_back(
      MUST(RenderCanonical({{"t", "x"}, {"v", 1}, {"s", std::string(5000, 's')}}, {16u << 10})));
  f.mirror.Carry(f.a);
  f.Round();
  CHECK(f.HeldSize(f.a) == 0);
  CHECK(f.Stopped(f.a).find("4 KiB") != std::string::npos);
}

TEST_CASE("Attack11HeadsOfOriginsThatNobodyFollowsLeaveNothing") {
  Fixture f;
  f.Round();
  const auto rows = [&] {
    return std::vector{
        f.Count("SELECT count(*) FROM origin"), f.Count("SELECT count(*) FROM log_head"),
        f.Count("SELECT count(*) FROM log_entry"), f.Count("SELECT count(*) FROM learned_address"),
        f.Count("SELECT count(*) FROM introduced_node")};
  };
  const auto before = rows();
  std::set<std::string> paths;
  f.mirror.spoil = [&](const std::string& path, Bytes&) {
    paths.insert(path.substr(0, path.find('?')));
  };
  for (std::uint8_t seed = 100; seed < 200; ++seed) {
    FakeOrigin stranger(seed);
    stranger.Publish("flood");
    f.mirror.Carry(stranger);
  }
  f.Round();
  CHECK(rows() == before);
  CHECK(paths.contains("/fed/heads"));
  for (const auto& path : paths) CHECK((path == "/fed/heads" || path == "/fed/info"));
}

TEST_CASE("Attack11OfManyHeadsOfALogTheLargestIsRead") {
  Fixture f;
  for (int i = 0; i < 8; ++i) f.a.Publish("one");
  f.mirror.Carry(f.a);
  int bundles = 0;
  f.mirror.spoil = [&](const std::string& path, Bytes& body) {
    std::vector<std::string> notes;
    for (std::uint64_t i = 1; i <= f.a.entries.size(); ++i) notes.push_back(f.a.Sign(f.a.State(i)));
    if (path.starts_with("/fed/heads")) body = PageOf(++f.mirror.sequence, notes);
    bundles += path.find("/tile/entries/") != path.npos ? 1 : 0;
  };
  f.Round();
  CHECK(f.HeldSize(f.a) == 10);
  CHECK(bundles == 1);  // not one for each head
  CHECK(f.PeerOf(0).problem.empty());
}

TEST_CASE("Attack11AnOlderHeadIsComparedByTheEntriesSinceAMark") {
  Fixture f;
  const auto grow = [&](std::uint64_t size) {
    for (auto i = f.a.entries.size(); i < size; ++i) {
      f.a.entries.push_back(MustRenderCanonical({{"t", "x"}, {"v", 1}, {"i", i}}));
    }
    f.mirror.Carry(f.a);
    f.Round();
    REQUIRE(f.HeldSize(f.a) == size);
  };
  grow(1200);
  grow(1600);
  // Were it read from the first entry on, it could not be.
  const auto origin = f.Origin(f.a);
  MUST(f.catalog.Write([&](storage::Connection& c) {
    return c.Execute("DELETE FROM log_entry WHERE origin = ? AND position BETWEEN 1 AND 1199",
                     origin);
  }));
  Show(f.mirror, {f.a.Sign(f.a.State(1500))});
  f.Round();
  CHECK(f.Stopped(f.a).empty());
  CHECK(f.PeerOf(0).problem.empty());
  auto forked = f.a.State(1500);
  forked.root = f.a.State(1499).root;
  Show(f.mirror, {f.a.Sign(forked)});
  f.Round();
  CHECK(f.Stopped(f.a).find("forked") != std::string::npos);
}

TEST_CASE("Attack11ARoundWithAPeerThatAlwaysShowsMoreEnds") {
  Fixture f;
  std::uint64_t pages = 0;
  std::uint64_t step = 1;
  f.mirror.spoil = [&](const std::string& path, Bytes& body) {
    if (!path.starts_with("/fed/heads")) return;
    ++pages;
    f.mirror.sequence += step;
    body = PageOf(f.mirror.sequence, std::vector<std::string>(kMaxHeadsAtOnce));
  };
  SECTION("of numbers that grow") {
    f.Round();
    CHECK(pages == kPagesOfRound);
    CHECK(f.PeerOf(0).heads.sequence == f.mirror.sequence);
    f.Round();  // the rest
    CHECK(pages == 2 * kPagesOfRound);
  }
  SECTION("of one number") {
    step = 0;
    f.Round();
    CHECK(pages == 2);
  }
  CHECK(f.PeerOf(0).problem.empty());
  CHECK(f.service->is_idle());
}

TEST_CASE("Attack11WhoWasNamedIsAskedBeforeWhoWasFound") {
  Fixture f;
  FakeOrigin n(3);
  FakePeer named(n);
  f.AddPeer(named);
  const auto found = f.PeerOf(0);
  MUST(f.catalog.Write([&](storage::Connection& c) {
    return c.Execute("UPDATE peer SET found = 1, expected = ? WHERE id = ?", f.m.node().genesis(),
                     found.row);
  }));
  ServiceOptions options;
  options.contacts_at_once = 1;
  f.service = std::make_unique<Service>(f.catalog.database(), f.random, options);
  const auto asked = MUST(f.service->Step(f.now_ms, Tick()));
  REQUIRE(asked.size() == 1);
  CHECK(std::get<Ask>(asked[0]).peer == f.PeerOf(1).row);
  f.Step(named.Give(std::get<Ask>(asked[0])));
  f.Step(Tick());
  CHECK(f.HeldSize(f.a) == 2);  // and the other one then
}

TEST_CASE("Attack16MalformedPagesAndEntriesAreRefused") {
  Fixture f;
  SECTION("heads") {
    f.mirror.spoil = [&](const std::string& path, Bytes& body) {
      if (path.starts_with("/fed/heads")) body[9] = ' ';
    };
  }
  SECTION("info") {
    f.mirror.spoil = [&](const std::string& path, Bytes& body) {
      if (path == "/fed/info") body = {'{', '}'};
    };
  }
  SECTION("a bundle") {
    f.mirror.spoil = [&](const std::string& path, Bytes& body) {
      if (path.find("/tile/entries/") != path.npos) body.pop_back();
    };
  }
  f.Round();
  CHECK(f.HeldSize(f.a) == 0);
  CHECK_FALSE(f.PeerOf(0).problem.empty());
}

TEST_CASE("Attack16AnEntryInAnotherFormStopsItsOrigin") {
  Fixture f;
  const std::string text = R"({"v":1, "t":"x"})";
  f.a.entries.emplace_back(text.begin(), text.end());
  f.mirror.Carry(f.a);
  f.Round();
  CHECK(f.HeldSize(f.a) == 0);
  CHECK(f.Stopped(f.a).find("only form") != std::string::npos);
}

TEST_CASE("Attack18AClockThatIsSetBackHoldsUpNoPeerAndNoHint") {
  Fixture f;
  f.Round();
  f.Step(Hinted{f.m.node(), f.a.Head()});
  REQUIRE(f.HeldSize(f.a) == 2);
  f.a.Publish("two");
  f.mirror.Carry(f.a);
  f.now_ms -= kMonthMs;
  SECTION("a round") {
    f.Step(Tick());
    f.Round();
  }
  SECTION("a hint") { f.Step(Hinted{f.m.node(), f.a.Head()}); }
  CHECK(f.HeldSize(f.a) == 3);
}

TEST_CASE("Attack18WhatFailedBeforeTheClockWasSetBackIsTriedAgainAndNotWithoutEnd") {
  Fixture f;
  f.Round();
  REQUIRE(f.mirrors.size() == 1);
  const MirrorEnded ended{f.mirrors[0].card};
  const auto fail = [&](int failures) {
    MUST(f.catalog.Write([&](storage::Connection& c) {
      return c.Execute("UPDATE mirror SET failures = ?, tried_ms = ?", failures, f.now_ms);
    }));
  };
  fail(1);
  f.now_ms -= kMonthMs;
  f.Step(ended);
  CHECK(f.mirrors.size() == 2);
  fail(2);
  f.Step(ended);
  CHECK(f.mirrors.size() == 2);  // its card is of before, though it has the later time
  f.now_ms += 120'001;
  f.Step(Tick());
  CHECK(f.mirrors.size() == 3);
}

TEST_CASE("AnObjectThatDoesNotHashToItsNameIsNotKept") {
  Fixture f;
  for (auto& [id, object] : f.mirror.objects) object.push_back(' ');
  f.Round();
  CHECK(f.HeldSize(f.a) == 2);
  CHECK(f.Count("SELECT count(*) FROM repository_card WHERE meta IS NOT NULL") == 0);
  CHECK(f.PeerOf(0).problem.find("does not hash") != std::string::npos);
  FakePeer honest(f.a);
  f.AddPeer(honest);
  f.Round();
  CHECK(f.mirrors.size() == 1);
}

TEST_CASE("Attack11AnObjectThatManyCardsNameIsKeptOnce") {
  Fixture f;
  const auto one = *f.a.Publish("shared").meta;
  for (int i = 1; i <= 50; ++i) {
    f.a.Publish("other" + std::to_string(i), [&](Card& card) {
      card.meta = one;
      card.time_s += i;
    });
  }
  f.mirror.Carry(f.a);
  f.Round();
  CHECK(f.HeldSize(f.a) == 53);
  CHECK(f.Count("SELECT count(*) FROM repository_card WHERE meta IS NOT NULL") == 2);
  const auto asked = f.mirror.asked;
  f.Round();
  CHECK(f.mirror.asked == asked + 1);  // for heads: the others lack nothing
}

TEST_CASE("Attack11AnObjectTooLargeForANameIsNotKept") {
  Fixture f;
  const Bytes large((64 << 10) + 1, std::uint8_t{'a'});
  f.a.objects[HashSha256(large)] = large;
  f.a.Publish("two", [&](Card& card) { card.meta = HashSha256(large); });
  f.mirror.Carry(f.a);
  f.Round();
  CHECK(f.HeldSize(f.a) == 3);
  CHECK(f.Count("SELECT count(*) FROM repository_card WHERE meta IS NOT NULL") == 1);
}

TEST_CASE("Attack11NamesOfOneOriginHaveABound") {
  Fixture f;
  f.Round();
  const auto set_first = [&](std::int64_t bytes) {
    MUST(f.catalog.Write([&](storage::Connection& c) {
      return c.Execute(
          "UPDATE repository_card SET meta = zeroblob(?) "
          "WHERE id = (SELECT min(id) FROM repository_card)",
          bytes);
    }));
  };
  const auto publish = [&](const std::string& name) {
    f.a.Publish(name);
    f.mirror.Carry(f.a);
    f.Round();
  };
  set_first(67'200'000);
  const std::string warning = "event=names_not_taken node=" + f.a.node().ToString();
  const auto said = CountLogged(warning, [&] {
    publish("two");
    CHECK(f.HeldSize(f.a) == 3);
    CHECK(f.Count("SELECT count(*) FROM repository_card WHERE meta IS NOT NULL") == 1);
    publish("three");
    f.Round();
  });
  CHECK(said == 1);
  // Again, when there was room meanwhile.
  set_first(1);
  publish("four");
  CHECK(f.Count("SELECT count(*) FROM repository_card WHERE meta IS NOT NULL") == 4);
  set_first(67'200'000);
  CHECK(CountLogged(warning, [&] { publish("five"); }) == 1);
}
