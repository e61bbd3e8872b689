#include "cli/transfer/known_repositories.h"

#include "storage/base/json.h"
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

KnownRepositories::Known Uid(const Sha256& digest, const std::string& node = "http://a:1") {
  return {{MUST(storage::RepositoryUid::Parse(digest.ToString())), {}}, node};
}

// As a node says it that knows of a log: by its own uid, and as what it is published.
KnownRepositories::Known Published(const Sha256& uid, std::string_view key) {
  auto known = Uid(uid);
  known.repository.published = federation::PublishedName{
      federation::NodeId(federation::HashLeaf(AsBytes("origin"))),
      federation::RepositoryKey::FromRaw(HashSha256(AsBytes(key)).bytes())};
  return known;
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

TEST_CASE("ARefusalNamesTheNodeOfTheFirstPull") {
  MemoryFileSystem fs;
  FakeClock clock;
  MUST(fs.CreateDirectories("config"));
  const Json old = {{"repositories", {{"models/alice/tiny", kOne.ToString()}}}};
  MUST(WriteFileDurably(fs, kPath, AsBytes(DumpJson(old))));
  const auto refusal = [&] {
    auto known = MUST(KnownRepositories::Load(fs, kPath));
    const Status refused = known.Check(kTiny, Uid(kTwo, "http://c:3"));
    MUST_FAIL(refused, Errc::Conflict);
    return refused.error().message();
  };
  CHECK(refusal().find("pulled from") == std::string::npos);  // an older file does not tell
  for (const char* node : {"http://a:1", "http://b:2"}) {     // the first one stays
    auto known = MUST(KnownRepositories::Load(fs, kPath));
    MUST(known.Check(kTiny, Uid(kOne, node)));
    MUST(known.Save(clock));
    CHECK(refusal().find("it was pulled from http://a:1:") != std::string::npos);
  }
  auto known = MUST(KnownRepositories::Load(fs, kPath));
  known.Replace(kTiny, Uid(kOne, "http://b:2"));
  MUST(known.Save(clock));
  CHECK(refusal().find("it was pulled from http://b:2:") != std::string::npos);
}

TEST_CASE("APublisherAndItsMirrorsHaveTheSameRepository") {
  MemoryFileSystem fs;
  FakeClock clock;
  const auto load = [&] { return MUST(KnownRepositories::Load(fs, kPath)); };
  auto known = load();
  MUST(known.Check(kTiny, Published(kOne, "tiny")));
  MUST(known.Save(clock));
  MUST(load().Check(kTiny, Published(kTwo, "tiny")));
  MUST(load().Check(kTiny, Uid(kOne)));  // an older program on the first node
  MUST_FAIL(load().Check(kTiny, Uid(kTwo)), Errc::Conflict);
  MUST_FAIL(load().Check(kTiny, Published(kOne, "another")), Errc::Conflict);
  auto replaced = load();
  replaced.Replace(kTiny, Uid(kTwo));
  MUST(replaced.Save(clock));
  MUST(load().Check(kTiny, Uid(kTwo)));
  MUST_FAIL(load().Check(kTiny, Published(kOne, "tiny")), Errc::Conflict);
}

TEST_CASE("WhatANameIsPublishedAsIsLearnedFromWhoHasTheSameId") {
  MemoryFileSystem fs;
  FakeClock clock;
  auto known = MUST(KnownRepositories::Load(fs, kPath));
  MUST(known.Check(kTiny, Uid(kOne)));
  MUST(known.Save(clock));
  const auto load = [&] { return MUST(KnownRepositories::Load(fs, kPath)); };
  MUST_FAIL(load().Check(kTiny, Published(kTwo, "tiny")), Errc::Conflict);
  auto later = load();
  MUST(later.Check(kTiny, Published(kOne, "tiny")));
  MUST(later.Save(clock));
  MUST(load().Check(kTiny, Published(kTwo, "tiny")));
  MUST_FAIL(load().Check(kTiny, Published(kOne, "another")), Errc::Conflict);
}

TEST_CASE("AnIdThatIsNoneIsDamage") {
  MemoryFileSystem fs;
  MUST(fs.CreateDirectories("config"));
  for (const Json& file : {Json{{"repositories", {{"models/alice/tiny", "12"}}}},
                           Json{{"repositories", {{"models/alice/tiny", kOne.ToString()}}},
                                {"published", {{"models/alice/tiny", "somewhere"}}}}}) {
    MUST(WriteFileDurably(fs, kPath, AsBytes(DumpJson(file))));
    MUST_FAIL(KnownRepositories::Load(fs, kPath), Errc::Corrupt);
  }
}
