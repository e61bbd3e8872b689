#include "cli/transfer/known_repositories.h"

#include "tests/support/fake_clock.h"
#include "tests/support/memory_file_system.h"
#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::cli;

namespace {

constexpr const char* kPath = "config/known.json";
const storage::RepositoryId kTiny{storage::RepositoryKind::Model, "alice", "tiny"};
const storage::RepositoryId kWords{storage::RepositoryKind::Dataset, "alice", "words"};
const auto kOne = HashSha256(AsBytes("one"));
const auto kTwo = HashSha256(AsBytes("two"));

storage::RepositoryUid Uid(const Sha256& digest) {
  return MUST(storage::RepositoryUid::Parse(digest.ToString()));
}

}  // namespace

TEST_CASE("ANameKeepsTheIdItHadFirst") {
  MemoryFileSystem fs;
  FakeClock clock;
  auto known = MUST(KnownRepositories::Load(fs, kPath));
  MUST(known.Check(kTiny, Uid(kOne)));
  MUST(known.Save(clock));
  auto later = MUST(KnownRepositories::Load(fs, kPath));
  MUST(later.Check(kTiny, Uid(kOne)));
  MUST_FAIL(later.Check(kTiny, Uid(kTwo)), Errc::Conflict);
  MUST_FAIL(later.Check({kTiny.kind, "Alice", "TINY"}, Uid(kTwo)), Errc::Conflict);
  later.Replace(kTiny, Uid(kTwo));
  MUST(later.Save(clock));
  MUST(MUST(KnownRepositories::Load(fs, kPath)).Check(kTiny, Uid(kTwo)));
}

TEST_CASE("TwoProcessesKeepWhatEachLearned") {
  MemoryFileSystem fs;
  FakeClock clock;
  auto one = MUST(KnownRepositories::Load(fs, kPath));
  auto other = MUST(KnownRepositories::Load(fs, kPath));
  MUST(one.Check(kTiny, Uid(kOne)));
  one.SetWrittenRef("cache/refs/main", "a");
  MUST(other.Check(kWords, Uid(kTwo)));
  MUST(one.Save(clock));
  MUST(other.Save(clock));
  auto both = MUST(KnownRepositories::Load(fs, kPath));
  MUST_FAIL(both.Check(kTiny, Uid(kTwo)), Errc::Conflict);
  MUST_FAIL(both.Check(kWords, Uid(kOne)), Errc::Conflict);
  REQUIRE(both.WrittenRef("cache/refs/main") == "a");
}

TEST_CASE("SavingWaitsForAnotherProcessButNotForEver") {
  MemoryFileSystem fs;
  FakeClock clock;
  auto known = MUST(KnownRepositories::Load(fs, kPath));
  MUST(fs.CreateDirectories("config"));
  auto lock = MUST(fs.Lock(std::string(kPath) + ".lock"));
  MUST(known.Save(clock));  // nothing was learned
  MUST(known.Check(kTiny, Uid(kOne)));
  MUST_FAIL(known.Save(clock), Errc::Unavailable);
  REQUIRE(clock.slept_ms() == 10000);
  lock.reset();
  MUST(known.Save(clock));
}

TEST_CASE("DamagedMemoryOfRepositoriesIsAnError") {
  MemoryFileSystem fs;
  MUST(fs.CreateDirectories("config"));
  MUST(WriteFileDurably(fs, kPath, AsBytes("{")));
  MUST_FAIL(KnownRepositories::Load(fs, kPath), Errc::Corrupt);
}
