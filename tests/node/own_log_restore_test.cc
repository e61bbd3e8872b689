// The own log after a restore, and with two copies of a node: what is promised is that no head is
// signed that is inconsistent with any head that a peer reachable before signing had stored.
#include "federation/format/checkpoint.h"
#include "federation/format/note.h"
#include "tests/node/log_places.h"

using namespace banyan;
using namespace banyan::node;
using namespace banyan::node::testing;

namespace {

// A node that has published, a peer that has all of it, and a copy of the node's disk from then.
struct Fixture {
  PublishingNode a{"a", 1};
  PublishingNode b{"b", 2};  // the copy
  FollowingNode peer{"peer"};

  Fixture() {
    a.Start();
    a.Change("one");
    a.Update();
    a.peers = b.peers = {peer.view};
    peer.Follow(a.node());
    peer.Ask(a.view);
    peer.Ask(b.view);
    peer.Round();
    b.CopyFrom(a);
  }
  void Publish(PublishingNode& node, const std::string& name) {
    node.clock.Advance(60'000);
    node.Change(name);
    node.Update();
  }
  std::int64_t PeerCards() { return peer.Count("SELECT count(*) FROM repository_card"); }
};

}  // namespace

TEST_CASE("AnOlderCopyTakesItsTailFromAPeer") {
  Fixture f;
  f.Publish(f.a, "two");
  f.Publish(f.a, "one");
  f.peer.Round();
  const auto last = f.a.Head();
  f.a.Stop();
  SECTION("of the whole directory") {}
  SECTION("of a backup") { f.b.LoseWhatNoBackupHas(); }
  f.b.Start();
  f.b.Update();
  CHECK(f.b.Problem().empty());
  CHECK(f.b.Head().state == last.state);
  CHECK(f.b.Count("SELECT number FROM repository_card WHERE repository IS NOT NULL") == 2);
  CHECK(f.b.Count("SELECT count(*) FROM repository_card WHERE repository IS NULL") == 1);
  f.Publish(f.b, "three");
  f.peer.Round();
  CHECK(f.peer.Stopped(f.b.node()).empty());
  CHECK(f.b.Head().state.size == last.state.size + 1);
  CHECK(HeadsOf(f.peer.catalog.database(), f.b.node()).back().state == f.b.Head().state);
  CHECK(f.b.Count("SELECT count(*) FROM fork_evidence") == 0);
}

TEST_CASE("ATakedownOutlivesARestore") {
  Fixture f;
  MUST(f.a.database().Write([](Connection& c) {
    return c.Execute("UPDATE repository SET status = 3, reason = 6");  // removed by a court
  }));
  f.a.clock.Advance(60'000);
  f.a.Update();
  f.peer.Round();
  f.a.Stop();
  f.b.Start();
  REQUIRE(f.b.Count("SELECT status FROM repository") == 0);
  f.b.Update();
  CHECK(f.b.Count("SELECT status FROM repository") == 3);
  CHECK(f.b.Count("SELECT answer FROM repository") == 2);  // withheld
  CHECK(f.b.Count("SELECT count(*) FROM card_due") == 0);
}

TEST_CASE("ABackupThatNoPeerKnowsWaitsForTheOperator") {
  Fixture f;
  f.peer.view->is_reachable = false;
  f.b.LoseWhatNoBackupHas();
  f.b.Start();
  const auto before = f.b.Head();
  f.Publish(f.b, "two");  // locally it goes on
  CHECK(f.b.Problem().find("go-on") != std::string::npos);
  CHECK(f.b.Head().state == before.state);
  CHECK(f.b.Count("SELECT count(*) FROM log_entry") ==
        static_cast<std::int64_t>(before.state.size) + 1);
  SECTION("a peer that answers lets it go on") { f.peer.view->is_reachable = true; }
  SECTION("so does the operator") { MUST(WriteFileDurably(f.b.fs, "data/log.go-on", {})); }
  f.b.Update();
  CHECK(f.b.Problem().empty());
  CHECK(f.b.Head().state.size == before.state.size + 1);
  CHECK_FALSE(f.b.HasFile("log.go-on"));
}

TEST_CASE("ACopyThatSignedApartIsRepairedAndProven") {
  Fixture f;
  f.Publish(f.a, "theirs");
  f.peer.Round();
  const auto common = f.a.Head().state.size - 1;
  f.b.Start();
  f.peer.view->is_reachable = false;
  f.Publish(f.b, "ours");  // nobody could see that
  REQUIRE(f.b.Head().epoch == 0);
  f.peer.view->is_reachable = true;
  f.Publish(f.b, "ours");
  CHECK(f.b.Problem().empty());
  CHECK(f.b.Head().epoch == 1);
  CHECK(HeadsOf(f.b.database(), f.b.node()).front().state.size == common);
  CHECK(f.b.Count("SELECT count(*) FROM fork_evidence WHERE epoch = 0") == 1);
  CHECK(f.b.HasFile("next.seed"));
  CHECK_FALSE(f.b.HasFile("after.seed"));
  // Those who follow it go on; what only the other copy said is not said any more.
  f.peer.Round();
  CHECK(f.peer.Stopped(f.b.node()).empty());
  CHECK(HeadsOf(f.peer.catalog.database(), f.b.node()).back().epoch == 1);
  CHECK(f.PeerCards() == 3);
  CHECK(f.peer.Count("SELECT count(*) FROM repository_card WHERE number = 0") == 1);
  CHECK(f.peer.Count("SELECT max(number) FROM repository_card") == 2);
  SECTION("and the other copy takes the epoch for its own and says the rest again") {
    f.Publish(f.a, "later");
    CHECK(f.a.Problem().empty());
    CHECK(f.a.Head().epoch == 1);
    CHECK_FALSE(f.a.HasFile("next.seed"));
    f.peer.Round();
    CHECK(f.peer.Stopped(f.a.node()).empty());
    CHECK(f.PeerCards() == 4);
    CHECK(f.peer.Count("SELECT count(*) FROM repository_card WHERE number = 0") == 0);
    f.Publish(f.b, "ours");
    CHECK(f.b.Problem().empty());
    CHECK(f.b.Head().state.size == f.a.Head().state.size + 1);
  }
  SECTION("and a newcomer gets both epochs from the peer, and the proof") {
    FollowingNode newcomer("newcomer");
    newcomer.Follow(f.b.node());
    newcomer.Ask(f.peer.view);
    newcomer.Round();
    CHECK(newcomer.Stopped(f.b.node()).empty());
    const auto heads = HeadsOf(newcomer.catalog.database(), f.b.node());
    REQUIRE(heads.size() == 2);
    CHECK(heads.front().state.size == common);
    CHECK(heads.back().state == f.b.Head().state);
    CHECK(newcomer.Count("SELECT count(*) FROM repository_card") == 2);
    const auto proof = f.peer.catalog.Read([](Connection& c) {
      auto rows = c.Query("SELECT origin FROM fork_evidence");
      return rows.Next() ? MUST(federation::FindEvidence(c, {rows.Int(0), 0})) : std::nullopt;
    });
    CHECK_FALSE(proof.has_value());  // the peer saw one history only
    auto lease = MUST(f.b.database().Read());
    const auto own = MUST(federation::FindEvidence(*lease, {1, 0}));
    REQUIRE(own.has_value());
    const auto keys = MUST(federation::StatedKeys(*lease, {1, 0}));
    const federation::LogName name{f.b.node(), 0};
    CHECK(MUST(federation::VerifyHead(name, keys, own->first)) !=
          MUST(federation::VerifyHead(name, keys, own->second)));
  }
  SECTION("and it is the same after a restart") {
    f.b.Stop();
    f.b.Start();
    f.Publish(f.b, "later");
    CHECK(f.b.Problem().empty());
    CHECK(f.b.Head().epoch == 1);
  }
}

TEST_CASE("ARepairGoesOnPastTheFence") {
  Fixture f;
  f.Publish(f.a, "theirs");
  f.peer.Round();
  MUST(WriteFileDurably(f.b.fs, "fence", {}));
  f.b.config().federation_fence = "fence";
  f.b.Start();
  f.peer.view->is_reachable = false;
  f.Publish(f.b, "ours");
  REQUIRE(f.b.Problem().empty());
  const auto older = std::make_shared<MemoryFileSystem>();
  older->StartFrom(f.b.fs);
  f.peer.view->is_reachable = true;
  f.Publish(f.b, "ours");
  CHECK(f.b.Problem().empty());
  const auto fence = MUST(ReadFile(f.b.fs, "fence", 1000));
  CHECK(AsText(fence).starts_with("banyan/" + f.b.node().ToString() + "/1\n"));
  f.b.Stop();
  PublishingNode restored("restored", 9, older);  // of before the repair, beside the fence of now
  MUST(WriteFileDurably(*older, "fence", fence));
  restored.config().federation_fence = "fence";
  restored.Start();
  restored.Update();
  CHECK(restored.Problem().find("older copy") != std::string::npos);
}

TEST_CASE("AForkWithoutNextSeedStopsAndSaysWhatToDo") {
  Fixture f;
  f.Publish(f.a, "theirs");
  f.peer.Round();
  f.b.Start();
  const auto kept = MUST(ReadFile(f.b.fs, "data/next.seed", 32));
  MUST(f.b.fs.Remove("data/next.seed"));
  f.peer.view->is_reachable = false;
  f.Publish(f.b, "ours");
  const auto head = f.b.Head();
  f.peer.view->is_reachable = true;
  f.Publish(f.b, "ours");
  CHECK(f.b.Problem().find("next.seed") != std::string::npos);
  CHECK(f.b.Head().state == head.state);
  f.peer.view->is_reachable = false;
  f.Publish(f.b, "more");  // it is known now, and stays so
  CHECK(f.b.Head().state == head.state);
  f.peer.view->is_reachable = true;
  MUST(WriteFileDurably(f.b.fs, "data/next.seed", kept));
  f.b.Update();
  CHECK(f.b.Problem().empty());
  CHECK(f.b.Head().epoch == 1);
}

TEST_CASE("RowsThatWereNotSignedGiveWay") {
  Fixture f;
  f.Publish(f.a, "theirs");
  f.peer.Round();
  const auto last = f.a.Head();
  f.b.Start();
  MUST(f.b.database().Write([](Connection& c) -> Status {  // its signing was cut off
    TRY(federation::AppendEntry(c, {1, 0}, AsBytes("{\"t\":\"x\",\"v\":1}")));
    return Ok();
  }));
  f.b.Update();
  CHECK(f.b.Problem().empty());
  CHECK(f.b.Head().epoch == 0);
  CHECK(f.b.Head().state.size == last.state.size + 1);  // theirs, then it again
  CHECK(f.b.Count("SELECT count(*) FROM fork_evidence") == 0);
  CHECK(f.b.Count("SELECT count(*) FROM log_again") == 0);
}

TEST_CASE("APeerCannotMakeANodeSignOrStopByWhatItMadeUp") {
  Fixture f;
  f.b.Start();
  const auto before = f.b.Head();
  f.peer.view->spoil = [](const std::string& path, Bytes& body) {
    if (path.ends_with("/epochs")) body[body.size() / 2] ^= 1;
  };
  f.Publish(f.b, "two");
  CHECK(f.b.Problem().empty());
  CHECK(f.b.Head().epoch == 0);
  CHECK(f.b.Head().state.size == before.state.size + 1);
  CHECK(f.b.Count("SELECT count(*) FROM fork_evidence") == 0);
}

TEST_CASE("Attack16AnEpochThatNobodyOpenedStopsNobody") {
  Fixture f;
  f.b.Start();
  const auto before = f.b.Head();
  const federation::LogName later{f.b.node(), 1};
  f.peer.view->spoil = [&](const std::string& path, Bytes& body) {
    if (!path.ends_with("/epochs")) return;
    auto page = MUST(federation::EpochsPage::Parse(AsText(body)));
    const federation::Checkpoint made_up{later.ToString(), {3, federation::LogHash()}};
    Secret seed{};
    federation::SignedNote note{made_up.ToString(), {}};
    note.signatures.push_back(
        federation::SignNote(note.text, made_up.origin, banyan::SigningKey(seed)));
    page.epochs.push_back({1, note.ToString()});
    const auto text = page.ToString();
    body.assign(text.begin(), text.end());
  };
  f.Publish(f.b, "two");
  CHECK(f.b.Problem().empty());
  CHECK(f.b.Head().epoch == 0);
  CHECK(f.b.Head().state.size == before.state.size + 1);
}

TEST_CASE("APeerThatShowsATailAndDoesNotGiveItIsWaitedFor") {
  Fixture f;
  f.Publish(f.a, "theirs");
  f.peer.Round();
  f.b.Start();
  const auto before = f.b.Head();
  f.peer.view->spoil = [](const std::string& path, Bytes& body) {
    if (path.find("/tile/") != path.npos) body.clear();
  };
  f.Publish(f.b, "ours");
  CHECK(f.b.Head().state == before.state);
  CHECK_FALSE(f.b.Problem().empty());
  f.peer.view->spoil = {};
  f.b.Update();
  CHECK(f.b.Problem().empty());
  CHECK(f.b.Head().epoch == 0);
  CHECK(f.b.Head().state.size == before.state.size + 2);
}

TEST_CASE("ALongLogGetsStateEntriesThatFollowersCheck") {
  Fixture f;
  MUST(f.a.database().Write([&](Connection& c) -> Status {
    for (int i = 0; i < 1000; ++i) {
      TRY(federation::AppendEntry(c, {1, 0}, AsBytes("{\"t\":\"x\",\"v\":1}")));
    }
    return Ok();
  }));
  f.Publish(f.a, "two");
  f.a.clock.Advance(60'000);
  f.a.Update();
  CHECK(f.a.Count("SELECT cards FROM state_entry") == 2);
  f.a.clock.Advance(24 * 3'600'000);
  f.a.Update();
  CHECK(f.a.Count("SELECT count(*) FROM log_entry") == 1 + 1 + 1000 + 1 + 1);  // nothing changed
  f.Publish(f.a, "one");
  f.a.clock.Advance(24 * 3'600'000);
  f.a.Update();
  CHECK(f.a.Count("SELECT count(*) FROM log_entry") == 1 + 1 + 1000 + 1 + 1 + 2);
  f.peer.Round();
  CHECK(f.peer.Stopped(f.a.node()).empty());
  CHECK(f.peer.Count("SELECT position FROM state_entry") == 1005);
}

// A peer saw both of two histories; then the copy that signed the other one is put back, and joins
// the one that the peer holds.
TEST_CASE("AForkThatNobodyShowsAnyMoreIsRepairedAfterSomeMinutes") {
  Fixture f;
  MemoryFileSystem saved;
  saved.StartFrom(f.b.fs);
  f.Publish(f.a, "theirs");
  f.peer.Round();
  const auto held = f.a.Head().state;
  f.a.Stop();
  f.b.Start();
  f.peer.view->is_reachable = false;
  f.Publish(f.b, "ours");
  f.peer.Round();
  REQUIRE_FALSE(f.peer.Stopped(f.b.node()).empty());
  f.b.Stop();
  f.b.fs.StartFrom(saved);
  f.b.Start();
  f.peer.view->is_reachable = true;
  f.Publish(f.b, "again");
  f.Publish(f.b, "more");
  CHECK(f.b.Problem().empty());
  CHECK(f.b.Head().epoch == 0);  // the other copy would go first
  CHECK(f.b.Head().state.size == held.size + 2);
  f.peer.Round();
  CHECK_FALSE(f.peer.Stopped(f.b.node()).empty());
  f.b.clock.Advance(300'000);
  f.b.Update();  // though there is nothing to say
  CHECK(f.b.Problem().empty());
  CHECK(f.b.Head().epoch == 1);
  CHECK(HeadsOf(f.b.database(), f.b.node()).front().state == held);
  f.peer.Round();
  CHECK(f.peer.Stopped(f.b.node()).empty());
  CHECK(HeadsOf(f.peer.catalog.database(), f.b.node()).back().state == f.b.Head().state);
  CHECK(f.PeerCards() == 4);
  f.b.clock.Advance(300'000);
  f.b.Update();
  CHECK(f.b.Head().epoch == 1);  // the evidence stays, and is settled
}

TEST_CASE("EvidenceThatProvesNothingOpensNoEpoch") {
  Fixture f;
  const auto first = HeadsOf(f.a.database(), f.a.node()).back();
  const auto note = [&](PublishingNode& node) {
    auto lease = MUST(node.database().Read());
    return MUST(federation::FindHead(*lease, {1, 0}))->note;
  };
  auto one = note(f.a);
  f.Publish(f.a, "two");
  auto other = note(f.a);
  SECTION("two heads of one history") {}
  SECTION("a head that this node did not sign") { other[other.size() - 3] ^= 1; }
  MUST(f.peer.catalog.Write([&](Connection& c) {
    return c.Execute(
        "INSERT INTO fork_evidence(origin, epoch, first, second, seen_ms) "
        "VALUES(1, 0, ?, ?, 1)",
        one, other);
  }));
  for (int i = 0; i < 8; ++i) f.Publish(f.a, "one");
  CHECK(f.a.Problem().empty());
  CHECK(f.a.Head().epoch == 0);
  CHECK(f.a.Head().state.size == first.state.size + 9);
}
