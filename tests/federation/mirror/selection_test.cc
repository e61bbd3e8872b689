// Mirrors that hold a part of the files, and the files that come when they are asked for.
#include "federation/answers.h"
#include "federation/bundle/bundle_export.h"
#include "federation/due_deletion.h"
#include "federation/log_files.h"
#include "federation/mirror/demanded_file.h"
#include "federation/mirror_state.h"
#include "federation/transfer/folder_peer.h"
#include "storage/content/collector.h"
#include "storage/history/history_sweep.h"
#include "storage/history/uploads.h"
#include "tests/federation/mirror/mirror_pair.h"
#include "tests/support/memory_file_system.h"

using namespace banyan;
using namespace banyan::federation;
using namespace banyan::federation::testing;
using banyan::tests::Noise;
using History = ContentSelection::History;
using Others = ContentSelection::Others;

namespace {

constexpr const char* kReadme = "---\nlicense: mit\n---\n# Tiny\n";

struct Partial : MirrorPair {
  std::int64_t card = 0;
  std::vector<PeerSource*> peers = {&one};

  // As a policy would have it.
  MirrorReport Select(const ContentSelection& selection) {
    card = Follow();
    MUST(follower.database->Write([&](storage::Connection& c) {
      return c.Execute("UPDATE mirror SET selected = ?", selection.ToString());
    }));
    auto report = follower.Run(card, peers);
    if (!report.outcome) FAIL(report.outcome.error().message());
    follower.Mirrored(card);
    return report;
  }
  DemandReport Ask(const std::string& path, const std::string& revision = "main") {
    const auto entry = Entry(path, revision);
    return FetchDemanded(follower.Parts(), follower.Mirrored(card).row, entry, peers);
  }
  storage::ManifestEntry Entry(const std::string& path, const std::string& revision = "main") {
    follower.Mirrored(card);
    const auto at = follower.Resolve(revision);
    std::optional<storage::ManifestEntry> entry;
    follower.Read([&](storage::History& history) { entry = MUST(history.FindFile(at, path)); });
    REQUIRE(entry.has_value());
    return *entry;
  }
  bool Holds(const std::string& path, const std::string& revision = "main") {
    const auto sha256 = Entry(path, revision).sha256;
    auto lease = MUST(follower.database->Read());
    return MUST(storage::FindCommittedFile(*lease, follower.repository, sha256)).has_value();
  }
  Holdings Held() {
    follower.Mirrored(card);
    const auto at = follower.Resolve("main");
    Holdings held;
    follower.Read([&](storage::History& history) {
      held = MUST(
          CountHoldings(history.connection(), history.nodes(), follower.repository, at.manifest));
    });
    return held;
  }
};

ContentSelection OnDemand() { return {{}, {}, History::Heads, Others::OnDemand}; }

// README, two files and a branch.
void Publish(Publisher& f) {
  f.CommitText("README.md", kReadme);
  f.CommitFile("weights.bin", Noise(900'000, 1));
  f.CommitText("config.json", "{}");
}

}  // namespace

TEST_CASE("ASelectionHasOneText") {
  const ContentSelection some{{"*.json", "docs/"}, {"main", "v*"}, History::All, Others::OnDemand};
  for (const auto& selection : {ContentSelection(), OnDemand(), some}) {
    CHECK(MUST(ContentSelection::Parse(selection.ToString())) == selection);
  }
  CHECK(ContentSelection().ToString().empty());
  for (const char* text : {"{}", "[]", "x", R"({"history":"heads"})", R"({"files":[1]})"}) {
    MUST_FAIL(ContentSelection::Parse(text), Errc::Invalid);
  }
  CHECK(some.WantsFile("a/b.json"));
  CHECK(some.WantsFile("docs/x"));
  CHECK_FALSE(some.WantsFile("a.bin"));
  CHECK(some.WantsRef("refs/tags/v1"));
  CHECK_FALSE(some.WantsRef("refs/heads/dev"));
  CHECK_FALSE(OnDemand().WantsFile("a"));
  CHECK(ContentSelection().WantsFile("a"));
}

TEST_CASE("OnlySelectedFilesAreFetchedAndTheTreeIsComplete") {
  Partial p;
  Publish(p.publisher);
  const auto report = p.Select({{"*.json"}, {}, History::Heads, Others::Refused});
  CHECK(report.files == 2);  // and the card of the repository
  CHECK(p.DataSent() < 10'000);
  CHECK(p.Holds("config.json"));
  CHECK(p.Holds("README.md"));
  CHECK_FALSE(p.Holds("weights.bin"));
  CHECK(p.follower.Files() == ".gitattributes README.md config.json weights.bin");
  const auto entry = p.Entry("weights.bin");
  CHECK(entry.size_bytes == 900'000);
  CHECK(entry.sha256 == HashSha256(Noise(900'000, 1)));
  const auto held = p.Held();
  CHECK(held.files == 4);
  CHECK(held.held_files == 2);
  CHECK(held.held_bytes == 2 + std::string(kReadme).size());
  CHECK(held.bytes > 900'000);
  REQUIRE(held.since_s.has_value());
  CHECK(*held.since_s >= FakeClock::kStartMs / 1000);
  CHECK(*held.since_s <= p.follower.clock.NowMs() / 1000);
  CHECK(MUST(p.follower.Run(p.card, p.peers).outcome) == MirrorOutcome::UpToDate);
}

TEST_CASE("ASelectionThatGrowsFetchesWhatIsMissingAndOneThatShrinksDeletesNothing") {
  Partial p;
  Publish(p.publisher);
  p.Select({{"*.json"}, {}, History::Heads, Others::Refused});
  p.Select({});
  CHECK(p.Holds("weights.bin"));
  CHECK(p.Held().held_files == 4);
  RequireSame(p.publisher, p.follower, p.card);
  const auto sent = p.DataSent();
  p.Select({{"*.json"}, {}, History::Heads, Others::Refused});
  CHECK(p.DataSent() == sent);
  CHECK(p.Holds("weights.bin"));
  MUST(p.follower.database->Write([&](storage::Connection& c) -> Status {
    storage::HistoryMark mark;
    TRY(storage::SweepHistory(c, mark, {p.follower.clock.NowMs(), 0}));
    return Ok();
  }));
  CHECK(p.Holds("weights.bin"));
}

TEST_CASE("ARuleThatDeletesGivesRoomBackAndItsEndBringsWhatIsSelectedThen") {
  Partial p;
  Publish(p.publisher);
  p.Select({});
  const auto now_ms = p.follower.clock.NowMs();
  Policy policy;
  policy.answers = {
      {p.publisher.origin.node, "", {storage::StandingStatus::Live}, {}, {}, {Action::Delete, 0}}};
  std::int64_t deleted = 0;
  const auto apply = [&] {
    MUST(p.follower.database->Write([&](storage::Connection& c) -> Status {
      TRY(ApplyPolicy(c, policy, now_ms));
      deleted = TRY(DeleteOneDue(c, policy, now_ms));
      return Ok();
    }));
  };
  apply();
  CHECK(deleted != 0);
  CHECK(p.follower.Count("SELECT count(*) FROM repository WHERE origin > 0") == 0);
  policy.answers.clear();
  policy.selections.emplace_back().content = OnDemand();
  apply();
  CHECK(deleted == 0);
  CHECK(MUST(p.follower.Run(p.card, p.peers).outcome) == MirrorOutcome::Mirrored);
  CHECK(p.Holds("README.md"));
  CHECK_FALSE(p.Holds("weights.bin"));
}

TEST_CASE("RefsMoveOnlyWhenAllThatIsSelectedIsVerified") {
  Partial p;
  Publish(p.publisher);
  p.Select({{"*.json"}, {}, History::Heads, Others::Refused});
  const auto before = p.follower.Resolve("main").commit;
  p.publisher.CommitText("new.json", "[1]");
  p.one.spoil_file = [](const FileHash&, Bytes& sent) { sent.back() ^= 1; };
  p.Follow();
  CHECK_FALSE(p.follower.Run(p.card, p.peers).outcome);
  CHECK(p.follower.Resolve("main").commit == before);
  p.one.spoil_file = nullptr;
  CHECK(MUST(p.follower.Run(p.card, p.peers).outcome) == MirrorOutcome::Mirrored);
  CHECK(p.Holds("new.json"));
  // What is not selected holds nothing up.
  p.publisher.CommitFile("more.bin", Noise(100'000, 7));
  p.Follow();
  p.one.before_data = [] { FAIL("nothing is wanted"); };
  CHECK(MUST(p.follower.Run(p.card, p.peers).outcome) == MirrorOutcome::Mirrored);
  CHECK(p.follower.Resolve("main").commit != before);
}

TEST_CASE("FilesOfSelectedRefsOrOfAllHistoryAreFetched") {
  Partial p;
  auto& f = p.publisher;
  const auto old = f.Push("main", {{"a", "old"}});
  f.Push("main", {{"a", "new"}});
  f.Push("side", {{"side", "1"}}, std::vector<GitOid>{old});
  f.Push("side", {{"side", "2"}});
  const auto dead = f.Push("other", {{"b", "older"}}, std::vector<GitOid>{old});
  f.Push("other", {{"b", "newer"}});
  ContentSelection selection{{}, {"main"}, History::Heads, Others::Refused};
  p.Select(selection);
  CHECK(p.Holds("a"));
  CHECK_FALSE(p.Holds("side", "side"));
  CHECK_FALSE(p.Holds("a", old.ToString()));
  selection.refs = {"main", "s*"};
  selection.history = History::All;
  p.Select(selection);
  CHECK(p.Holds("side", "side"));
  CHECK(p.Holds("a", old.ToString()));
  CHECK(p.Holds("side", p.follower.Resolve("side").commit.ToString()));
  CHECK_FALSE(p.Holds("b", dead.ToString()));
  selection.refs.clear();
  p.Select(selection);
  CHECK(p.Holds("b", dead.ToString()));
}

TEST_CASE("AMeasureIsOfWhatIsSelected") {
  Partial p;
  Publish(p.publisher);
  p.card = p.Follow();
  const auto measure = [&](const ContentSelection& selection) {
    MUST(p.follower.database->Write([&](storage::Connection& c) {
      return c.Execute("UPDATE mirror SET selected = ?", selection.ToString());
    }));
    return MUST(RepositoryMirror(p.follower.Parts()).Measure(p.card, p.peers));
  };
  CHECK(measure({}).files == 4);
  CHECK(measure(OnDemand()).files == 1);
  CHECK(measure({{"*.json"}, {}, History::All, Others::Refused}).missing_files == 2);
  CHECK(measure({{}, {"none"}, History::All, Others::Refused}).files == 1);
  CHECK(p.DataSent() == 0);
}

TEST_CASE("AFileComesWhenItIsAskedForAndStays") {
  Partial p;
  Publish(p.publisher);
  CHECK(p.Select(OnDemand()).files == 1);
  CHECK(p.Holds("README.md"));
  CHECK_FALSE(p.Holds("weights.bin"));
  auto report = p.Ask("weights.bin");
  MUST(report.outcome);
  CHECK(report.fetched_bytes >= 900'000);
  CHECK(p.Holds("weights.bin"));
  CHECK_FALSE(p.Holds("config.json"));
  CHECK(p.follower.Count("SELECT count(*) FROM demanded_file") == 0);
  CHECK(p.follower.Count("SELECT count(*) FROM upload_session") == 0);
}

TEST_CASE("AnOlderRevisionsFileComesToo") {
  Partial p;
  const auto old = p.publisher.CommitText("config.json", "{\"old\": 1}");
  p.publisher.CommitText("config.json", "{}");
  p.Select(OnDemand());
  MUST(p.Ask("config.json", old.ToString()).outcome);
  CHECK(p.Holds("config.json", old.ToString()));
  CHECK_FALSE(p.Holds("config.json"));
}

TEST_CASE("Attack6APeerThatLiesAboutAFileThatIsAskedForIsPassedOver") {
  Partial p;
  Publish(p.publisher);
  p.Select(OnDemand());
  p.one.spoil_data = [](Bytes& piece) {
    if (piece.size() > 100) piece[50] ^= 1;
  };
  auto report = p.Ask("weights.bin");
  CHECK_FALSE(report.outcome);
  CHECK(report.lies.size() == 1);
  CHECK_FALSE(p.Holds("weights.bin"));
  p.peers = {&p.one, &p.two};
  report = p.Ask("weights.bin");
  MUST(report.outcome);
  CHECK(p.Holds("weights.bin"));
  CHECK(p.two.data_sent > 0);
}

TEST_CASE("AnOriginThatLiesAboutADigestIsFoundOutWhenTheFileIsAskedFor") {
  Partial p;
  auto& f = p.publisher;
  auto file = f.Upload(Noise(300'000, 1), f.repository);
  file.sha256 = HashSha256(AsBytes("something else"));
  MUST(f.database->Write([&](storage::Connection& c) {
    return c.Execute("UPDATE file SET sha256 = ? WHERE id = ?", file.sha256, file.row);
  }));
  f.Commit({storage::AddUploaded{"a.bin", file, true}});
  p.Select(OnDemand());
  const auto report = p.Ask("a.bin");
  MUST_FAIL(report.outcome, Errc::Corrupt);
  CHECK(report.lies.empty());
  CHECK_FALSE(p.Holds("a.bin"));
}

TEST_CASE("AFetchThatBreaksOffGoesOnFromThere") {
  Partial p;
  p.publisher.CommitFile("weights.bin", Noise(40'000'000, 1));
  p.Select(OnDemand());
  p.one.data_budget = 25'000'000;
  CHECK_FALSE(p.Ask("weights.bin").outcome);
  CHECK_FALSE(p.Holds("weights.bin"));
  CHECK(p.follower.Count("SELECT count(*) FROM demanded_file") == 1);
  p.one.data_budget = -1;
  const auto before = p.one.data_sent;
  MUST(p.Ask("weights.bin").outcome);
  CHECK(p.one.data_sent - before < 20'000'000);
  CHECK(p.Holds("weights.bin"));
}

TEST_CASE("Attack19AFullDiskFailsAFetchBlamesNobodyAndLeavesAllWhole") {
  Partial p;
  Publish(p.publisher);
  p.Select(OnDemand());
  p.follower.store.reset();
  p.follower.store =
      MUST(storage::ContentStore::Open(SystemClock(), p.follower.fs, *p.follower.database,
                                       {p.follower.root, std::uint64_t{1} << 62}));
  const auto report = p.Ask("weights.bin");
  MUST_FAIL(report.outcome, Errc::NoSpace);
  CHECK(report.lies.empty());
  CHECK_FALSE(p.Holds("weights.bin"));
  CHECK(p.Holds("README.md"));
  p.follower.Reopen();
  MUST(p.Ask("weights.bin").outcome);
  CHECK(p.Holds("weights.bin"));
}

TEST_CASE("WhatWouldNotFitIsNotFetchedOnDemand") {
  Partial p;
  Publish(p.publisher);
  p.Select(OnDemand());
  auto parts = p.follower.Parts();
  parts.room.held_bytes = 500'000;
  const auto entry = p.Entry("weights.bin");
  MUST_FAIL(FetchDemanded(parts, p.follower.repository, entry, p.peers).outcome, Errc::TooLarge);
  CHECK(p.DataSent() < 10'000);
}

TEST_CASE("WhatIsKnownAlreadyCountsForAMirrorAsWhatIsFetched") {
  MirrorPair p;
  const Bytes content = Noise(100'000, 3);
  p.publisher.CommitFile("known.bin", content);
  p.follower.StoreFixture::Commit(p.follower.repository, content);
  const auto card = p.Follow();
  auto parts = p.follower.Parts();
  std::vector<PeerSource*> peers = {&p.one};
  parts.room.held_bytes = 50'000;
  MUST_FAIL(RepositoryMirror(parts).Run(card, peers).outcome, Errc::TooLarge);
  parts.room.held_bytes = 200'000;
  MUST(RepositoryMirror(parts).Run(card, peers).outcome);
  CHECK(p.DataSent() == 0);
}

TEST_CASE("AFileOfARepositoryThatWasClosedMeanwhileIsNotEntered") {
  Partial p;
  Publish(p.publisher);
  p.Select(OnDemand());
  p.one.before_data = [&] {
    MUST(p.follower.database->Write([&](storage::Connection& c) {
      return c.Execute("UPDATE repository SET answer = 2 WHERE origin IS NOT NULL");
    }));
  };
  MUST_FAIL(p.Ask("weights.bin").outcome, Errc::Conflict);
  CHECK_FALSE(p.Holds("weights.bin"));
}

TEST_CASE("AThirdNodeGoesOnToAPeerThatHoldsTheFile") {
  Partial p;
  Publish(p.publisher);
  p.Select({{"*.json"}, {}, History::Heads, Others::Refused});
  Follower third;
  StorePeer partial("https://partial", p.follower);
  const auto card = third.Follow(p.publisher);
  CHECK_FALSE(third.Run(card, {&partial}).outcome);  // it has not all, and does not say that it has
  CHECK(MUST(third.Run(card, {&partial, &p.two}).outcome) == MirrorOutcome::Mirrored);
  RequireSame(p.publisher, third, card);
  CHECK(partial.requests > 0);
}

TEST_CASE("ABundleOfAPartialMirrorHasWhatIsHere") {
  Partial p;
  Publish(p.publisher);
  p.Select({{"*.json"}, {}, History::Heads, Others::Refused});
  MemoryFileSystem disk;
  const std::atomic<bool> cancelled{false};
  const auto sink = MakeFolderSink(disk, "/stick");
  const auto report =
      MUST(ExportBundle(*p.follower.database, p.follower.local(),
                        {p.publisher.origin.node, {"models/Lab/*"}, {}, {}}, *sink, cancelled));
  CHECK(report.repositories == 1);
  CHECK(report.files == 2);
  CHECK(report.absent_files == 2);
  FolderPeer bundle(disk, "/stick");
  CHECK(MUST(ReadBundleNote(bundle)).cards.empty());  // an export since this one has it again
}
