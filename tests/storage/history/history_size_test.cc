// How much a commit costs in the catalog, and how fast many files commit. With BANYAN_LONG=1 at
// full size: 5,000 commits over a flat folder of 20,000 files.
#include <chrono>
#include <cstdlib>

#include "tests/support/history_fixture.h"

using namespace banyan;
using namespace banyan::storage;
using namespace banyan::tests;

namespace {

bool IsLong() {
  const char* value = std::getenv("BANYAN_LONG");
  return value != nullptr && *value == '1';
}

std::int64_t CatalogBytes(HistoryFixture& f) {
  std::int64_t bytes = 0;
  MUST(f.database->Write([&](Connection& c) -> Status {
    auto rows = c.Query("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size");
    if (rows.Next()) bytes = rows.Int(0);
    return rows.status();
  }));
  return bytes;
}

std::string PartName(int i) { return "data/part-" + std::to_string(100000 + i) + ".json"; }

double SecondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void CommitFolder(HistoryFixture& f, int files) {
  std::vector<CommitOperation> operations;
  for (int i = 0; i < files; ++i) {
    operations.push_back(AddInline{PartName(i), Text("{\"part\": " + std::to_string(i) + "}")});
  }
  f.Commit(std::move(operations));
}

}  // namespace

TEST_CASE("CommitsOverALargeFolderStaySmall") {
  const int files = IsLong() ? 20000 : 2000;
  const int commits = IsLong() ? 5000 : 30;
  HistoryFixture f;
  auto start = std::chrono::steady_clock::now();
  CommitFolder(f, files);
  WARN("first commit of " << files << " files: " << SecondsSince(start) << " s");
  const std::int64_t before = CatalogBytes(f);
  start = std::chrono::steady_clock::now();
  for (int i = 0; i < commits; ++i) {
    f.CommitText(PartName(i * 7919 % files), "{\"revision\": " + std::to_string(i) + "}");
  }
  const double seconds = SecondsSince(start);
  const std::int64_t each = (CatalogBytes(f) - before) / commits;
  WARN("catalog: " << before << " bytes, then " << each << " bytes and " << seconds / commits * 1000
                   << " ms a commit");
  REQUIRE(each < 32768);
  REQUIRE(f.Resolve("main").ancestors == static_cast<std::uint64_t>(commits) + 1);
  start = std::chrono::steady_clock::now();
  f.Read([&](History& history) {
    const auto main = f.Resolve("main");
    REQUIRE(MUST(history.Log(main, 0, 50)).size() == 50u - (IsLong() ? 0 : 19));
    WARN("log: " << SecondsSince(start) * 1000 << " ms");
    start = std::chrono::steady_clock::now();
    const auto page = MUST(history.List(main, {"data", false, "", 1000}));
    WARN("page of 1,000: " << SecondsSince(start) * 1000 << " ms");
    std::vector<std::string> paths;
    for (const auto& item : page.items) paths.push_back(item.path);
    start = std::chrono::steady_clock::now();
    const auto found = MUST(history.LastCommits(main, paths, 1000));
    WARN("last commits of the page: " << SecondsSince(start) * 1000 << " ms, " << found.size());
  });
}

TEST_CASE("TenThousandFilesCommitAtOnce") {
  HistoryFixture f;
  const int files = IsLong() ? 10000 : 1000;
  std::vector<CommitOperation> operations;
  const auto content = f.Upload(Noise(100, 1), f.repository);
  for (int i = 0; i < files; ++i) {
    operations.push_back(AddUploaded{"d" + std::to_string(i % 100) + "/" + PartName(i), content});
  }
  const auto start = std::chrono::steady_clock::now();
  f.Commit(std::move(operations));
  const double seconds = SecondsSince(start);
  WARN(files << " uploaded files: " << seconds << " s");
  REQUIRE(f.Resolve("main").files == static_cast<std::uint64_t>(files) + 1);
}
