#include "storage/content/backup.h"
#include "storage/content/scrub.h"
#include "tests/support/must.h"
#include "tests/support/store_fixture.h"

using namespace banyan;
using namespace banyan::storage;
using banyan::tests::Noise;
using banyan::tests::StoreFixture;

namespace {

FileContent Record(StoreFixture& f, ByteView data) {
  auto put = MUST(f.store->PutBytes(data));
  MUST(f.store->Sync());
  MUST(f.database->Write([&](Connection& c) -> Status {
    put.content.row = TRY(RecordFile(c, put.content, 1));
    return Ok();
  }));
  return put.content;
}

}  // namespace

TEST_CASE("ScrubFindsAFlippedBitAndNamesTheFile") {
  StoreFixture f;
  const FileContent good = Record(f, Noise(1u << 20, 1));
  MUST(f.local().core().packs->SealIdle());
  const FileContent bad = Record(f, Noise(1u << 20, 2));
  MUST(f.local().core().packs->SealIdle());
  REQUIRE(MUST(Scrub(f.local(), {})).damaged.empty());
  const PackId pack = bad.recipe.terms.front().pack;
  auto file = MUST(f.fs.Open(PathsOf(f.root + "/packs", pack).sealed, OpenMode::ReadWrite));
  Bytes byte(1);
  MUST(file->ReadAt(5000, byte));
  byte[0] ^= 4;
  MUST(file->WriteAt(5000, byte));
  const auto report = MUST(Scrub(f.local(), {}));
  REQUIRE(report.damaged.size() == 1);
  REQUIRE(report.damaged_files.size() == 1);
  REQUIRE(report.damaged_files[0].sha256 == bad.sha256);
  MUST_FAIL(VerifyFile(*f.store, bad), Errc::Corrupt);
  MUST(VerifyFile(*f.store, good));
}

namespace {

// Real time, but a sleep sets the flag instead.
class CancellingClock final : public Clock {
 public:
  std::int64_t NowMs() const override { return SystemClock().NowMs(); }
  std::int64_t MonotonicMs() const override { return SystemClock().MonotonicMs(); }
  void SleepMs(std::int64_t) override { cancelled = true; }
  std::atomic<bool> cancelled{false};
};

}  // namespace

TEST_CASE("ScrubCutShortGoesOnWithThePackThatItWasIn") {
  StoreFixture f;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    Record(f, Noise(1u << 20, seed));
    MUST(f.local().core().packs->SealIdle());
  }
  const auto whole = MUST(Scrub(f.local(), {}));
  REQUIRE(whole.complete);
  REQUIRE(whole.packs.size() == 3);
  REQUIRE(whole.last_pack == f.local().core().packs->SealedIds().back());

  CancellingClock clock;
  f.store = MUST(ContentStore::Open(clock, f.fs, *f.database, {f.root, 0}));
  // So slow that it sleeps, and thereby is cancelled, after the first chunk.
  ScrubOptions slow;
  slow.bytes_per_second = 1;
  slow.cancelled = &clock.cancelled;
  ScrubOptions rest;
  const auto first = MUST(Scrub(f.local(), slow));
  REQUIRE_FALSE(first.complete);
  REQUIRE(first.packs.empty());
  REQUIRE(first.chunks == 1);
  rest.after = first.last_pack;
  REQUIRE(MUST(Scrub(f.local(), rest)).chunks == whole.chunks);

  clock.cancelled = false;
  slow.after = f.local().core().packs->SealedIds().front();
  const auto second = MUST(Scrub(f.local(), slow));
  REQUIRE_FALSE(second.complete);
  REQUIRE(second.last_pack == slow.after);
  rest.after = second.last_pack;
  REQUIRE(MUST(Scrub(f.local(), rest)).packs.size() == 2);
}

TEST_CASE("BackupEndsWhenItIsToldTo") {
  StoreFixture f;
  TempDirectory place;
  Record(f, Noise(100'000, 6));
  const std::atomic<bool> cancelled{true};
  const std::string target = place.Join("b");
  MUST_FAIL(Backup(f.local(), {target, {}, &cancelled}), Errc::Cancelled);
  MUST_FAIL(Restore(f.fs, target, place.Join("r")), Errc::Invalid);
  MUST(Backup(f.local(), {target, {}}));
  MUST(Restore(f.fs, target, place.Join("r")));
}

TEST_CASE("BackupRestoresARunningStoreAndIsIncremental") {
  StoreFixture f;
  TempDirectory place;
  const std::string target = place.Join("backup");
  const Bytes first = Noise(8u << 20, 3);
  const Bytes second = Noise(3u << 20, 4);
  const FileContent a = Record(f, first);
  MUST(f.local().core().packs->SealIdle());
  MUST(WriteFileDurably(f.fs, f.root + "/node.seed", AsBytes("seed")));
  auto report = MUST(Backup(f.local(), {target, {"node.seed"}}));
  REQUIRE(report.packs_copied == 1);
  const FileContent b = Record(f, second);
  report = MUST(Backup(f.local(), {target, {"node.seed"}}));
  REQUIRE(report.packs_kept == 1);
  REQUIRE(report.bytes_copied < (4u << 20));

  const std::string restored = place.Join("restored");
  MUST(Restore(f.fs, target, restored));
  MUST_FAIL(Restore(f.fs, target, restored), Errc::Conflict);
  REQUIRE(AsText(MUST(ReadFile(f.fs, restored + "/node.seed", 10))) == "seed");
  auto database = MUST(Database::Open({restored + "/catalog.db", ""}));
  auto store = MUST(ContentStore::Open(SystemClock(), f.fs, *database, {restored, 0}));
  for (const FileContent& file : {a, b}) {
    auto lease = MUST(database->Read());
    MUST(VerifyFile(*store, MUST(GetFile(*lease, file.row))));
  }
}

TEST_CASE("WhatIsCopiedOnceIsNotCopiedAgain") {
  StoreFixture f;
  TempDirectory place;
  const std::string target = place.Join("backup");
  const Bytes large = Noise(8u << 20, 21);
  const Bytes small = Noise(1u << 20, 22);
  const FileContent a = Record(f, large);  // into a pack that is open
  REQUIRE(MUST(Backup(f.local(), {target, {}})).bytes_copied > large.size());
  auto again = MUST(Backup(f.local(), {target, {}}));
  REQUIRE(again.packs_kept == 1);
  REQUIRE(again.bytes_copied < (1u << 20));  // the catalog
  const FileContent b = Record(f, small);
  for (int i = 0; i < 2; ++i) {  // too small for a pack of its own, so both times
    again = MUST(Backup(f.local(), {target, {}}));
    REQUIRE(again.packs_copied == 0);
    REQUIRE(again.packs_kept == 1);
    REQUIRE(again.bytes_copied > small.size());
    REQUIRE(again.bytes_copied < small.size() + (1u << 20));
  }
  const std::string restored = place.Join("restored");
  MUST(Restore(f.fs, target, restored));
  auto database = MUST(Database::Open({restored + "/catalog.db", ""}));
  auto store = MUST(ContentStore::Open(SystemClock(), f.fs, *database, {restored, 0}));
  for (const FileContent& file : {a, b}) {
    auto lease = MUST(database->Read());
    MUST(VerifyFile(*store, MUST(GetFile(*lease, file.row))));
  }
}

TEST_CASE("BackupGoesIntoNothingButABackup") {
  StoreFixture f;
  TempDirectory place;
  MUST(WriteFileDurably(f.fs, place.Join("backup.json"), AsBytes("{\"format\": \"other\"}")));
  MUST_FAIL(Backup(f.local(), {place.path(), {}}), Errc::Invalid);
  MUST_FAIL(Restore(f.fs, place.path(), place.Join("r")), Errc::Invalid);
}

TEST_CASE("BackupGoesIntoNoDirectoryOfSomethingElse") {
  StoreFixture f;
  TempDirectory place;
  MUST(WriteFileDurably(f.fs, place.Join("letter.txt"), AsBytes("dear all")));
  MUST_FAIL(Backup(f.local(), {place.path(), {}}), Errc::Conflict);
  REQUIRE(MUST(f.fs.List(place.path())).size() == 1);
  MUST(f.fs.Remove(place.Join("letter.txt")));
  MUST(Backup(f.local(), {place.path(), {}}));
  MUST(Backup(f.local(), {place.path(), {}}));
}

TEST_CASE("RestoreRefusesAnIncompleteBackup") {
  StoreFixture f;
  TempDirectory place;
  Record(f, Noise(1000, 5));
  MUST(Backup(f.local(), {place.Join("b"), {}}));
  MUST(f.fs.Remove(place.Join("b") + "/backup.json"));
  MUST_FAIL(Restore(f.fs, place.Join("b"), place.Join("r")), Errc::Invalid);
}
