#include "node/collection.h"

#include <filesystem>
#include <thread>

#include "node/data_directory.h"
#include "storage/history/branches.h"
#include "tests/node/writing_node.h"
#include "tests/support/store_fixture.h"

using namespace banyan;
using namespace banyan::node;
using banyan::tests::Noise;

namespace {

constexpr std::int64_t kDayMs = std::int64_t{24} * 3600 * 1000;

struct Fixture : WritingNode {
  const std::string api = "/api/models/alice/m";
  const std::string weights = Text(Noise(3u << 20, 1));

  explicit Fixture(const std::function<void(Config&)>& change = nullptr) : WritingNode(change) {
    Create(alice, "m");
  }

  static std::string Text(const Bytes& bytes) { return std::string(AsText(bytes)); }
  storage::LocalContentStore& content() { return node().data().content(); }
  storage::EnterOptions Now() { return {clock().NowMs(), {}, nullptr}; }

  // A branch "work" off main whose last commit adds large.bin.
  void CommitWeightsToABranch() {
    REQUIRE(Call("POST", api + "/branch/work", Json::object(), alice).status == 200);
    const auto sha256 = Upload("alice/m", weights);
    REQUIRE(
        SendCommit("alice/m", HeaderLine() + LfsLine("large.bin", sha256), alice, "work").status ==
        200);
    MUST(content().core().packs->SealIdle());
  }
  void DeleteWork() {
    REQUIRE(Call("DELETE", api + "/branch/work", Json::object(), alice).status == 200);
  }
  std::string ReadWeights(const std::string& revision) {
    return Get("/alice/m/resolve/" + revision + "/large.bin", alice).body;
  }
  NodeCollectionReport Run(const NodeCollectionOptions& options = {}) {
    return MUST(CollectNode(content(), options));
  }
  std::uint64_t PackBytes() {
    std::uint64_t bytes = 0;
    const std::string packs = content().core().packs->directory();
    for (const auto& entry : std::filesystem::recursive_directory_iterator(packs)) {
      if (entry.is_regular_file()) bytes += entry.file_size();
    }
    return bytes;
  }
};

}  // namespace

TEST_CASE("ADeletedBranchGoesAfterItsGraceAndItsBytesWithIt") {
  Fixture f;
  f.CommitWeightsToABranch();
  const auto branches = f.Get(f.api + "/refs").Parsed()["branches"];
  f.DeleteWork();
  CHECK(f.Run().history.revisions_unreachable == 1);
  f.clock().Advance(29 * kDayMs);
  auto report = f.Run();
  CHECK(report.history.revisions_deleted == 0);
  CHECK(report.content.files_quarantined == 0);
  for (const auto& branch : branches) {  // still there for who knows the commit
    if (branch["name"] == "work") CHECK(f.ReadWeights(branch["targetCommit"]) == f.weights);
  }
  f.clock().Advance(2 * kDayMs);
  report = f.Run();
  CHECK(report.history.revisions_deleted == 1);
  CHECK(report.history.files_released == 1);
  CHECK(report.content.files_quarantined >= 1);
  CHECK(report.content.freed_bytes == 0);
  f.clock().Advance(8 * kDayMs);
  const auto before = f.PackBytes();
  report = f.Run();
  CHECK(report.content.files_deleted >= 1);
  CHECK(report.content.freed_bytes >= f.weights.size());
  CHECK(before - f.PackBytes() == report.content.freed_bytes);
  CHECK(f.Get("/alice/m/resolve/main/.gitattributes").status == 200);
}

TEST_CASE("TheRegularJobSweepsHistoryToo") {
  Fixture f([](Config& config) { config.storage_collect_every = {1}; });
  f.CommitWeightsToABranch();
  f.DeleteWork();
  const auto file_count = f.Number("SELECT count(*) FROM file");
  for (int i = 0; i < 5000 && f.Number("SELECT count(*) FROM file") == file_count; ++i) {
    f.clock().Advance(31 * kDayMs);
    SystemClock().SleepMs(2);
  }
  CHECK(f.Number("SELECT count(*) FROM revision") == 1);
  CHECK(f.Number("SELECT count(*) FROM file") < file_count);
}

TEST_CASE("AForceMovedBranchLosesOnlyWhatItLeft") {
  Fixture f;
  f.CommitWeightsToABranch();
  const auto id = f.Number("SELECT id FROM repository");
  MUST(storage::MoveRef(f.database(), id, {"work", "main", std::nullopt}, f.Now()));
  f.Run();
  f.clock().Advance(31 * kDayMs);
  CHECK(f.Run().history.revisions_deleted == 1);
  CHECK(f.Get("/alice/m/resolve/work/.gitattributes").status == 200);
  CHECK(f.Get("/alice/m/resolve/work/large.bin").status == 404);
}

TEST_CASE("ATagKeepsTheFilesOfADeletedBranch") {
  Fixture f;
  f.CommitWeightsToABranch();
  REQUIRE(f.Call("POST", f.api + "/tag/work", {{"tag", "v1"}}, f.alice).status == 200);
  f.DeleteWork();
  for (int i = 0; i < 3; ++i) {
    const auto report = f.Run();
    CHECK(report.history.revisions_deleted == 0);
    CHECK(report.content.files_deleted == 0);
    f.clock().Advance(40 * kDayMs);
  }
  CHECK(f.ReadWeights("v1") == f.weights);
}

TEST_CASE("ADeletedRepositoryGivesItsSpaceBack") {
  Fixture f;
  f.CommitWeightsToABranch();
  REQUIRE(f.Call("DELETE", "/api/repos/delete", {{"name", "m"}}, f.alice).status == 200);
  f.Run();
  f.clock().Advance(8 * kDayMs);
  CHECK(f.Run().content.freed_bytes >= f.weights.size());
  CHECK(f.Number("SELECT count(*) FROM file") == 0);
  CHECK(f.Number("SELECT count(*) FROM git_blob") == 0);
}

TEST_CASE("ADryRunChangesNothingAndSaysWhatARunFrees") {
  Fixture f;
  f.CommitWeightsToABranch();
  f.DeleteWork();
  NodeCollectionOptions options;
  options.history_grace_ms = 0;
  options.content.grace_ms = 0;
  options.content.dry_run = true;
  const auto forecast = f.Run(options);
  CHECK(f.Number("SELECT count(*) FROM revision WHERE unreachable_ms IS NOT NULL") == 0);
  CHECK(f.Number("SELECT count(*) FROM revision") == 2);
  options.content.dry_run = false;
  const auto before = f.PackBytes();
  const auto done = f.Run(options);
  CHECK(before - f.PackBytes() == done.content.freed_bytes);
  CHECK(done.content.freed_bytes >= f.weights.size());
  CHECK(done.history.freed_bytes > 0);
  CHECK(forecast.content.freed_bytes == done.content.freed_bytes);
  CHECK(forecast.content.files_deleted == done.content.files_deleted);
  CHECK(forecast.history.freed_bytes == done.history.freed_bytes);
  CHECK(forecast.history.revisions_deleted == 1);
  CHECK(done.history.revisions_deleted == 1);
}

TEST_CASE("CollectionDuringUploadsLosesNothing") {
  Fixture f;
  std::atomic<bool> stop = false;
  std::atomic<int> runs = 0;
  std::thread collecting([&] {
    NodeCollectionOptions options;
    options.history_grace_ms = 0;  // no grace at all: every race that exists shows
    options.content.grace_ms = 0;
    options.content.rewrite_share = 0.01;
    while (!stop) {
      MUST(f.content().core().packs->SealIdle());
      MUST(CollectNode(f.content(), options));
      ++runs;
    }
  });
  for (int i = 0; i < 12; ++i) {
    const auto text = Fixture::Text(Noise(300'000, static_cast<std::uint64_t>(i % 4)));
    const auto path = "f" + std::to_string(i);
    f.CommitLfs(f.alice, "alice/m", path, text);
    f.Commit(f.alice, "alice/m", {{"small.txt", path}});
    CHECK(f.Get("/alice/m/resolve/main/" + path).body == text);
  }
  const int ran = runs;
  while (runs < ran + 2) SystemClock().SleepMs(1);
  stop = true;
  collecting.join();
  for (int i = 0; i < 12; ++i) {
    const auto text = Fixture::Text(Noise(300'000, static_cast<std::uint64_t>(i % 4)));
    CHECK(f.Get("/alice/m/resolve/main/f" + std::to_string(i)).body == text);
  }
  CHECK(f.Get("/alice/m/resolve/main/small.txt").body == "f11");
}
