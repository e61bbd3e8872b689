// Mirrors and garbage collection: old revisions whose content was never here, and what a run left.
#include "storage/content/collector.h"
#include "storage/history/history_sweep.h"
#include "tests/federation/mirror/mirror_pair.h"

using namespace banyan;
using namespace banyan::federation;
using namespace banyan::federation::testing;
using banyan::tests::Noise;

namespace {

storage::HistorySweepReport Sweep(Follower& follower, std::int64_t grace_ms = 0) {
  storage::HistorySweepReport report;
  MUST(follower.database->Write([&](storage::Connection& c) -> Status {
    storage::HistoryMark mark;
    report = TRY(storage::SweepHistory(c, mark, {follower.clock.NowMs(), grace_ms}));
    return Ok();
  }));
  return report;
}

}  // namespace

TEST_CASE("CollectionLeavesAMirrorWhole") {
  MirrorPair p;
  auto& f = p.publisher;
  f.CommitFile("a.bin", Noise(200'000, 1));
  f.CommitText("text", "old");
  f.CommitFile("a.bin", Noise(200'000, 2));
  f.CommitText("text", "new");
  p.Mirror();
  const auto report = Sweep(p.follower);
  CHECK(report.revisions_deleted == 0);
  CHECK(report.objects_deleted == 0);
  CHECK(report.nodes_deleted == 0);
  CHECK(report.files_released == 0);
  RequireSame(f, p.follower, 1);
  Follower third;  // can still be served from it
  StorePeer mirror("https://mirror", p.follower);
  CHECK(MUST(third.Run(third.Follow(f), {&mirror}).outcome) == MirrorOutcome::Mirrored);
}

TEST_CASE("AFileThatIsNotHeldIsListedAndNotRead") {
  MirrorPair p;
  auto& f = p.publisher;
  const auto old = f.CommitFile("a.bin", Noise(200'000, 1));
  f.CommitFile("a.bin", Noise(200'000, 2));
  p.Mirror();
  CHECK(p.follower.Files(old.ToString()) == ".gitattributes a.bin");
  const auto revision = p.follower.Resolve(old.ToString());
  p.follower.Read([&](storage::History& history) {
    CHECK_FALSE(MUST(history.ReadSmallFile(revision, "a.bin", 1'000'000)).has_value());
    const auto entry = MUST(history.FindFile(revision, "a.bin"));
    CHECK(entry->sha256 == HashSha256(Noise(200'000, 1)));
    CHECK(MUST(history.Compare(revision, p.follower.Resolve("main"), 10)).changes.size() == 1);
    MUST_FAIL(history.objects().Read(entry->oid), Errc::NotFound);
    MUST(history.LastCommits(p.follower.Resolve("main"), {"a.bin"}));
  });
}

TEST_CASE("WhatNoHeadReachesAnyMoreIsCollected") {
  MirrorPair p;
  auto& f = p.publisher;
  f.CommitFile("a.bin", Noise(200'000, 1));
  p.Mirror();
  f.CommitFile("a.bin", Noise(200'000, 2));
  p.Mirror();
  MUST(storage::SquashBranch(*f.database, *f.store, f.repository,
                             {"main", {"Ada", "ada@example.org"}, "squashed", f.now_ms},
                             f.Options()));
  p.Mirror();
  Sweep(p.follower, 1'000);  // begins the grace
  p.follower.clock.Advance(2'000);
  const auto report = Sweep(p.follower, 1'000);
  CHECK(report.revisions_deleted == 2);
  CHECK(report.files_released == 1);
  RequireSame(f, p.follower, 1);
}

TEST_CASE("ACollectionInTheMiddleOfARunCostsARun") {
  MirrorPair p;
  p.publisher.CommitFile("a.bin", Noise(200'000, 1));
  p.publisher.CommitFile("b.bin", Noise(200'000, 2));
  const auto card = p.Follow();
  p.one.before_data = [&] { Sweep(p.follower); };
  const auto report = p.follower.Run(card, {&p.one});
  p.one.before_data = nullptr;
  if (!report.outcome) {
    CHECK(report.outcome.error().code() == Errc::NotFound);
    MUST(p.follower.Run(card, {&p.one}).outcome);
  }
  RequireSame(p.publisher, p.follower, card);
}

TEST_CASE("ARunThatWaitsLosesNothingItFetched") {
  MirrorPair p;
  p.publisher.CommitFile("a.bin", Noise(3'000'000, 1));
  p.publisher.CommitFile("b.bin", Noise(3'000'000, 2));
  p.one.data_budget = 4'000'000;
  const auto card = p.Follow();
  MUST_FAIL(p.follower.Run(card, {&p.one}).outcome, Errc::Unavailable);
  Sweep(p.follower);
  p.one.data_budget = -1;
  p.one.data_sent = 0;
  MUST(p.follower.Run(card, {&p.one}).outcome);
  CHECK(p.one.data_sent < 2'300'000);
  RequireSame(p.publisher, p.follower, card);
}
