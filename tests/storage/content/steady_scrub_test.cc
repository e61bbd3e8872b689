#include "storage/content/steady_scrub.h"

#include <sys/resource.h>

#include "tests/support/fault_loop.h"
#include "tests/support/memory_store.h"
#include "tests/support/store_fixture.h"

using namespace banyan;
using namespace banyan::storage;
using banyan::tests::Noise;

namespace {

constexpr std::int64_t kDayMs = 24 * 3'600'000;
constexpr std::uint64_t kRate = 100'000;
constexpr std::uint64_t kLargestChunk = 128u << 10;
const std::atomic<bool> kGoOn{false};

// Three packs of about 1 MiB each.
struct Fixture : banyan::tests::StoreFixture {
  FakeClock clock;
  std::int64_t repository = AddRepository("first", false);
  std::vector<FileContent> files;
  std::optional<SteadyScrub> scrub;

  Fixture() {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) AddPack(seed);
    Begin();
  }
  void AddPack(std::uint64_t seed) {
    files.push_back(Commit(repository, Noise(1u << 20, seed)));
    MUST(local().core().packs->SealIdle());
  }
  // As a process that starts.
  void Begin() {
    scrub.reset();
    Reopen();
    store = MUST(ContentStore::Open(clock, fs, *database, {root, 0}));
    scrub.emplace(local(), SteadyScrub::Options{kRate, 7 * kDayMs});
  }
  std::uint64_t After(std::int64_t ms) {
    clock.Advance(ms);
    return MUST(scrub->Step(kGoOn));
  }
  ScrubPass Pass() {
    auto lease = MUST(database->Read());
    return MUST(ReadScrubPass(*lease));
  }
  // What a whole reading read; from where it is to its end.
  std::uint64_t ReadToTheEnd() {
    std::uint64_t read = 0;
    do read += After(1000);
    while (Pass().IsUnderWay());
    return read;
  }
  std::uint64_t StoredBytes() {
    std::uint64_t bytes = 0;
    for (const PackId id : local().core().packs->SealedIds()) {
      bytes += MUST(local().core().packs->Get(id))->payload_bytes();
    }
    return bytes;
  }
  // Overwrites three bytes of the file's second chunk; gives what was there.
  std::string Rot(const FileContent& file, const std::string& with = "rot") {
    const Term place = file.recipe.terms.at(0);
    const auto pack = MUST(local().core().packs->Get(place.pack));
    const auto path = PathsOf(local().core().packs->directory(), place.pack).sealed;
    const auto disk = MUST(fs.Open(path, OpenMode::ReadWrite));
    const std::uint64_t at = pack->entry(place.first + 1).offset + 5;
    Bytes before(3);
    MUST(disk->ReadAt(at, before));
    MUST(disk->WriteAt(at, AsBytes(with)));
    return std::string(AsText(before));
  }
  std::vector<std::int64_t> MarkedFiles() {
    std::vector<std::int64_t> marked;
    auto lease = MUST(database->Read());
    auto rows = lease->Query("SELECT id FROM file WHERE damaged = 1 ORDER BY id");
    while (rows.Next()) marked.push_back(rows.Int(0));
    return marked;
  }
};

}  // namespace

TEST_CASE("ASteadyScrubReadsNoFasterThanItsRate") {
  Fixture f;
  CHECK(MUST(f.scrub->Step(kGoOn)) == 0);  // no time has passed
  std::uint64_t read = 0;
  for (std::uint64_t second = 1; second <= 10; ++second) {
    read += f.After(1000);
    CHECK(read >= second * kRate);
    CHECK(read < second * kRate + kLargestChunk);
  }
  CHECK(MUST(f.scrub->Step(kGoOn)) == 0);
  // What was missed is not made up for.
  CHECK(f.After(kDayMs) < 2 * kRate + kLargestChunk);
  CHECK(f.clock.slept_ms() == 0);
}

TEST_CASE("ASteadyScrubReadsAllThatIsStored") {
  Fixture f;
  CHECK_FALSE(f.Pass().begun_ms.has_value());
  CHECK_FALSE(f.Pass().last.has_value());
  const auto begun_ms = f.clock.NowMs() + 1000;
  CHECK(f.ReadToTheEnd() == f.StoredBytes());
  const auto pass = f.Pass();
  CHECK(pass.begun_ms == begun_ms);
  REQUIRE(pass.last.has_value());
  CHECK(pass.last->ended_ms == f.clock.NowMs());
  CHECK(pass.last->stored_bytes == f.StoredBytes());
  CHECK(pass.last->damaged_chunks == 0);
  CHECK(f.MarkedFiles().empty());
}

TEST_CASE("ASteadyScrubGoesOnWhereItWasBeforeARestart") {
  Fixture f;
  const PackId first = f.local().core().packs->SealedIds().front();
  while (f.Pass().after < first) f.After(1000);
  CHECK(f.Pass().after == first);
  const auto begun_ms = f.Pass().begun_ms;
  const auto first_bytes = MUST(f.local().core().packs->Get(first))->payload_bytes();
  f.Begin();
  CHECK(f.ReadToTheEnd() == f.StoredBytes() - first_bytes);
  CHECK(f.Pass().begun_ms == begun_ms);
  CHECK(f.Pass().last->stored_bytes == f.StoredBytes());
}

TEST_CASE("ASteadyScrubRestsUntilItIsTimeAgain") {
  Fixture f;
  f.ReadToTheEnd();
  const auto first = f.Pass().last->ended_ms;
  CHECK(f.After(6 * kDayMs) == 0);
  f.Begin();
  CHECK(f.After(1000) == 0);
  CHECK(f.After(kDayMs) > 0);
  f.ReadToTheEnd();
  CHECK(f.Pass().last->ended_ms > first + 6 * kDayMs);
  // A wall clock that was put back by years holds nothing up.
  f.clock.JumpTo(1'000'000'000'000);
  CHECK(f.After(1000) > 0);
}

TEST_CASE("ASteadyScrubLeavesWhatCameLaterToTheNextReading") {
  Fixture f;
  const auto before = f.StoredBytes();
  f.After(1000);
  f.AddPack(4);
  f.ReadToTheEnd();
  CHECK(f.Pass().last->stored_bytes == before);
  f.After(7 * kDayMs);
  f.ReadToTheEnd();
  CHECK(f.Pass().last->stored_bytes == f.StoredBytes());
  CHECK(f.StoredBytes() >= before + (1u << 20));
}

TEST_CASE("ASteadyScrubOfNothingWaitsForContent") {
  banyan::tests::StoreFixture f;
  FakeClock clock;
  f.store = MUST(ContentStore::Open(clock, f.fs, *f.database, {f.root, 0}));
  SteadyScrub scrub(f.local(), {kRate, kDayMs});
  clock.Advance(1000);
  CHECK(MUST(scrub.Step(kGoOn)) == 0);
  auto lease = MUST(f.database->Read());
  CHECK_FALSE(MUST(ReadScrubPass(*lease)).begun_ms.has_value());
  f.Commit(f.AddRepository("r", false), Noise(1000, 1));
  clock.Advance(1000);
  CHECK(MUST(scrub.Step(kGoOn)) > 0);  // from an open pack, too
}

TEST_CASE("ASteadyScrubMarksDamageAndForgetsItWhenItIsGone") {
  Fixture f;
  const auto right = f.Rot(f.files[1]);
  f.ReadToTheEnd();
  CHECK(f.Pass().last->damaged_chunks == 1);
  CHECK(f.MarkedFiles() == std::vector<std::int64_t>{f.files[1].row});
  f.Begin();
  f.Rot(f.files[1], right);
  f.After(7 * kDayMs);
  const PackId pack = f.files[1].recipe.terms.at(0).pack;
  while (f.Pass().after < pack) {
    CHECK(f.MarkedFiles().size() == 1);  // nobody looked yet
    f.After(1000);
  }
  CHECK(f.MarkedFiles().empty());
  f.ReadToTheEnd();
  CHECK(f.Pass().last->damaged_chunks == 0);
  CHECK(MUST(f.store->PutBytes(Noise(1u << 20, 2))).content.recipe == f.files[1].recipe);
}

TEST_CASE("APackThatCannotBeReadKeepsItsFilesMarked") {
  Fixture f;
  const Term place = f.files[1].recipe.terms.at(0);
  const auto path = PathsOf(f.local().core().packs->directory(), place.pack).sealed;
  f.scrub.reset();
  f.Close();
  const auto disk = MUST(f.fs.Open(path, OpenMode::ReadWrite));
  const auto size = MUST(disk->SizeBytes());
  Bytes last(1);
  MUST(disk->ReadAt(size - 1, last));
  MUST(disk->Truncate(size - 1));
  f.Begin();
  f.ReadToTheEnd();
  CHECK(f.Pass().last->damaged_chunks == 1);
  CHECK(f.MarkedFiles() == std::vector<std::int64_t>{f.files[1].row});
  f.After(7 * kDayMs);
  f.ReadToTheEnd();
  CHECK(f.MarkedFiles().size() == 1);
  MUST(disk->WriteAt(size - 1, last));
  f.After(7 * kDayMs);
  f.ReadToTheEnd();
  CHECK(f.MarkedFiles().empty());
}

// A folder in the pack's place is opened, and reads from it fail.
TEST_CASE("APackThatTheDiskCannotReadKeepsNoOtherFromBeingRead") {
  Fixture f;
  const PackId pack = f.files[0].recipe.terms.at(0).pack;
  const auto path = PathsOf(f.local().core().packs->directory(), pack).sealed;
  f.Rot(f.files[2]);
  MUST(f.fs.Rename(path, f.root + "/aside"));
  MUST(f.fs.CreateDirectories(path + "/within"));
  f.Begin();
  MUST_FAIL(f.local().core().packs->Get(pack), Errc::Io);
  const std::vector<std::int64_t> both{f.files[0].row, f.files[2].row};
  f.ReadToTheEnd();
  CHECK(f.Pass().last->damaged_chunks == 2);
  CHECK(f.MarkedFiles() == both);
  const auto report = MUST(Scrub(f.local(), {}));
  CHECK(report.complete);
  REQUIRE(report.damaged.size() == 2);
  CHECK(report.damaged[0].index == Pack::kNone);
  CHECK(report.damaged_files.size() == 2);
  // It can be sent anew, and is whole without it when it reads again.
  const auto again = f.Commit(f.repository, Noise(1u << 20, 1));
  CHECK(again.row == f.files[0].row);
  CHECK(MUST(f.store->ReadWhole(again)) == Noise(1u << 20, 1));
  CHECK(f.MarkedFiles() == std::vector<std::int64_t>{f.files[2].row});
  MUST(f.fs.Remove(path + "/within"));
  MUST(f.fs.Remove(path));
  MUST(f.fs.Rename(f.root + "/aside", path));
  f.After(7 * kDayMs);
  f.ReadToTheEnd();
  CHECK(f.Pass().last->damaged_chunks == 1);
}

namespace {

// As long as it lives, the process opens no more files.
struct NoMoreFiles {
  rlimit before{};
  NoMoreFiles() {
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    auto none = before;
    none.rlim_cur = 0;
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  }
  ~NoMoreFiles() { ::setrlimit(RLIMIT_NOFILE, &before); }
};

}  // namespace

TEST_CASE("WhatTheMachineLacksIsNoDamage") {
  Fixture f;
  f.After(1000);
  f.Pass();  // the catalog is open for what follows
  const auto read = [&]() -> Status {
    const NoMoreFiles no_more;
    for (int second = 0; second < 60; ++second) {
      f.clock.Advance(1000);
      TRY(f.scrub->Step(kGoOn));
    }
    return Ok();
  }();
  MUST_FAIL(read, Errc::Unavailable);
  CHECK(f.Pass().IsUnderWay());
  f.clock.Advance(SteadyScrub::kRestMs);
  f.ReadToTheEnd();
  CHECK(f.Pass().last->damaged_chunks == 0);
  CHECK(f.Pass().last->stored_bytes == f.StoredBytes());
  CHECK(f.MarkedFiles().empty());
}

TEST_CASE("ASteadyScrubEndsBetweenTwoChunks") {
  Fixture f;
  std::atomic<bool> ends{true};
  f.clock.Advance(1000);
  CHECK(MUST(f.scrub->Step(ends)) == 0);
  ends = false;
  CHECK(MUST(f.scrub->Step(ends)) > 0);
}

TEST_CASE("AScrubByHandSaysTooWhenAllWasRead") {
  Fixture f;
  f.Rot(f.files[0]);
  MUST(Scrub(f.local(), {.after = f.local().core().packs->SealedIds().front()}));
  CHECK_FALSE(f.Pass().last.has_value());
  f.clock.Advance(5000);
  MUST(Scrub(f.local(), {}));
  REQUIRE(f.Pass().last.has_value());
  CHECK(f.Pass().last->ended_ms == f.clock.NowMs());
  CHECK(f.Pass().last->damaged_chunks == 1);
  CHECK_FALSE(f.Pass().IsUnderWay());
}

namespace {

Status ReadAll(banyan::tests::MemoryStore& open) {
  SteadyScrub scrub(open.local(), {1u << 30, kDayMs});
  open.clock.Advance(2 * kDayMs);
  TRY(scrub.Step(kGoOn));
  auto lease = TRY(open.database->Read());
  const auto pass = TRY(ReadScrubPass(*lease));
  return pass.IsUnderWay() ? Status(Error(Errc::Io, "not at the end")) : Ok();
}

}  // namespace

// A reading that a fault ends goes on, and whatever it took for damage is whole after the next.
TEST_CASE("ASteadyScrubSurvivesEveryFaultAndEveryCrash") {
  banyan::tests::OpenedStore opened;
  MemoryFileSystem prepared;
  banyan::tests::MakeMemoryStore(prepared, {Noise(40000, 1)});
  {
    const auto open = banyan::tests::OpenMemoryStore(prepared);
    MUST(open->local().core().packs->SealIdle());
    MUST(open->Hold(Noise(40000, 2)));
  }
  Workload workload;
  workload.setup = [&](MemoryFileSystem& fs) {
    fs.StartFrom(prepared);
    opened = banyan::tests::OpenMemoryStore(fs);
  };
  workload.operation = [&](MemoryFileSystem&) -> Status {
    const banyan::tests::OpenedStore open = std::move(opened);
    return ReadAll(*open);
  };
  workload.verify = [&](MemoryFileSystem& fs) {
    const auto open = banyan::tests::OpenMemoryStore(fs);
    banyan::tests::CheckMemoryStore(*open);
    open->clock.Advance(10 * kDayMs);
    MUST(ReadAll(*open));  // the rest of the one that was interrupted,
    open->clock.Advance(10 * kDayMs);
    MUST(ReadAll(*open));  // and one of everything
    CHECK(open->Number("SELECT count(*) FROM file WHERE damaged = 1") == 0);
    CHECK(open->Number("SELECT ended_damaged FROM scrub_pass") == 0);
  };
  ForEveryFault(workload);
  ForEveryCrash(workload, 2);
}
