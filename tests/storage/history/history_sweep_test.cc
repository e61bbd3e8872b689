#include "storage/history/history_sweep.h"

#include "storage/content/collector.h"
#include "tests/support/history_fixture.h"

using namespace banyan;
using namespace banyan::storage;
using namespace banyan::tests;

namespace {

constexpr std::int64_t kDay = std::int64_t{24} * 3600 * 1000;

HistorySweepReport Sweep(HistoryFixture& f, std::int64_t days_later) {
  HistorySweepReport report;
  HistoryMark mark;
  {
    auto lease = MUST(f.database->Read());
    MUST(mark.AddReachable(*lease));
  }
  MUST(f.database->Write([&](Connection& c) -> Status {
    report = TRY(SweepHistory(c, mark, {f.now_ms + days_later * kDay, 30 * kDay}));
    return Ok();
  }));
  return report;
}

std::int64_t Count(HistoryFixture& f, const std::string& table) {
  auto lease = MUST(f.database->Read());
  auto rows = lease->Query("SELECT count(*) FROM " + table);
  REQUIRE(rows.Next());
  return rows.Int(0);
}

// A folder large enough for several segments.
std::vector<CommitOperation> ManyFiles(int count, const std::string& content) {
  std::vector<CommitOperation> operations;
  for (int i = 0; i < count; ++i) {
    operations.push_back(AddInline{"many/f" + std::to_string(i), Text(content)});
  }
  return operations;
}

}  // namespace

TEST_CASE("SweepLeavesWhatRefsReach") {
  HistoryFixture f;
  f.CommitFirst();
  f.Commit(ManyFiles(600, "x"));
  f.CommitText("many/f7", "y");
  MUST(CreateTag(*f.database, *f.store, f.repository,
                 {"v1", "main", "tagged", {"Ada", ""}, f.now_ms}, f.Options()));
  Sweep(f, 100);  // ref lists of before
  const auto report = Sweep(f, 100);
  REQUIRE(report.revisions_deleted == 0);
  REQUIRE(report.objects_deleted == 0);
  REQUIRE(report.segments_deleted == 0);
  REQUIRE(report.nodes_deleted == 0);
  REQUIRE(report.blobs_deleted == 0);
  TempDirectory bare;
  ExportToGit(f, bare.path());
}

TEST_CASE("UnreachableHistoryGoesAfterItsGrace") {
  HistoryFixture f;
  f.Commit(ManyFiles(600, "x"));
  const auto secret = f.Upload(Noise(4000, 8), f.repository);
  const auto old_head = f.Commit({AddUploaded{"secret.bin", secret}});
  f.Commit({DeleteFile{"secret.bin"}});
  const auto squashed = MUST(SquashBranch(*f.database, *f.store, f.repository,
                                          {"main", {"Ada", ""}, "clean", f.now_ms}, f.Options()));
  auto report = Sweep(f, 0);
  REQUIRE(report.revisions_unreachable == 3);
  REQUIRE(report.revisions_deleted == 0);
  REQUIRE(f.Resolve(old_head.ToString()).files == 602);  // still served within the grace
  report = Sweep(f, 29);
  REQUIRE(report.revisions_deleted == 0);
  report = Sweep(f, 31);
  REQUIRE(report.revisions_deleted == 3);
  REQUIRE(report.files_released == 1);
  REQUIRE(report.objects_deleted == 5);  // three commits, two root trees
  REQUIRE(report.blobs_deleted == 1);
  auto lease = MUST(f.database->Read());
  MUST_FAIL(ResolveRevision(*lease, f.repository, old_head.ToString()), Errc::NotFound);
  REQUIRE_FALSE(MUST(FindHeldFile(*lease, f.repository, secret.sha256, Holding::Uploaded)));
  REQUIRE(f.Resolve("main").commit == squashed);
  REQUIRE(f.ReadText("many/f599") == "x");
  TempDirectory bare;
  ExportToGit(f, bare.path());
}

TEST_CASE("RefThatReturnsSavesItsHistory") {
  HistoryFixture f;
  const auto first = f.CommitText("a", "1");
  const auto lost = f.CommitText("a", "2");
  MUST(MoveRef(*f.database, f.repository, {"main", first.ToString(), lost}, f.Options()));
  REQUIRE(Sweep(f, 0).revisions_unreachable == 1);
  MUST(CreateBranch(*f.database, f.repository, {"rescued", lost.ToString(), false}, f.Options()));
  REQUIRE(Sweep(f, 100).revisions_deleted == 0);
  MUST(DeleteBranch(*f.database, f.repository, "rescued", f.Options()));
  REQUIRE(Sweep(f, 101).revisions_unreachable == 1);
  REQUIRE(Sweep(f, 120).revisions_deleted == 0);  // the grace began anew
  REQUIRE(Sweep(f, 132).revisions_deleted == 1);
}

TEST_CASE("ObjectsSharedWithAnotherRepositoryStay") {
  HistoryFixture f;
  f.Commit(ManyFiles(300, "shared"));
  const auto first = f.repository;
  f.repository = f.AddRepository("second", false);
  f.Commit(ManyFiles(300, "shared"));
  MUST(f.database->Write([&](Connection& c) {
    return c.Execute("DELETE FROM revision WHERE repository = ?", first);
  }));
  MUST(f.database->Write(
      [&](Connection& c) { return c.Execute("DELETE FROM ref WHERE repository = ?", first); }));
  const auto report = Sweep(f, 0);
  REQUIRE(report.objects_deleted == 1);  // the commit; the trees are the same
  REQUIRE(report.blobs_deleted == 0);
  REQUIRE(f.ReadText("many/f1") == "shared");
  f.repository = first;
  MUST(f.database->Write([](Connection& c) -> Status {
    TRY(c.Execute("DELETE FROM ref"));
    return c.Execute("DELETE FROM revision");
  }));
  Sweep(f, 0);
  for (const char* table : {"git_object", "git_blob", "tree_segment", "tree_node"}) {
    INFO(table);
    REQUIRE(Count(f, table) == 0);
  }
}

TEST_CASE("MissingObjectsStopTheSweep") {
  HistoryFixture f;
  f.CommitText("a", "1");
  MUST(f.database->Write(
      [](Connection& c) { return c.Execute("DELETE FROM git_object WHERE type = 2"); }));
  HistoryMark mark;
  MUST_FAIL(f.database->Write([&](Connection& c) -> Status {
    TRY(SweepHistory(c, mark, {f.now_ms, 0}));
    return Ok();
  }),
            Errc::Corrupt);
  REQUIRE(Count(f, "git_blob") == 1);
}

TEST_CASE("CommitsDuringAMarkAreCaughtUp") {
  HistoryFixture f;
  f.CommitText("a", "1");
  HistoryMark mark;
  {
    auto lease = MUST(f.database->Read());
    MUST(mark.AddReachable(*lease));
  }
  f.CommitText("b", "2");
  MUST(f.database->Write([&](Connection& c) -> Status {
    const auto report = TRY(SweepHistory(c, mark, {f.now_ms, 0}));
    REQUIRE(report.blobs_deleted == 0);
    return Ok();
  }));
  REQUIRE(f.ReadText("b") == "2");
}
