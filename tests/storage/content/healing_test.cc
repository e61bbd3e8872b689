// A damaged file is whole again once its content is stored anew, for everybody who holds it.
#include <string_view>

#include "storage/content/collector.h"
#include "storage/content/local_content_store.h"
#include "storage/content/scrub.h"
#include "tests/support/chunks.h"
#include "tests/support/must.h"
#include "tests/support/store_fixture.h"

using namespace banyan;
using namespace banyan::storage;
using banyan::tests::Noise;

namespace {

struct Fixture : banyan::tests::StoreFixture {
  const Bytes data = Noise(1u << 20, 1);
  std::int64_t first = AddRepository("first", false);
  std::int64_t second = AddRepository("second", true);
  FileContent file = Commit(first, data);
  const Term place = file.recipe.terms.at(0);

  Fixture() { MUST(local().core().packs->SealIdle()); }

  Result<Bytes> Read() {
    auto now = MUST(database->Read());
    return store->ReadWhole(MUST(GetFile(*now, file.row)));
  }
  // Overwrites three bytes of the second chunk; gives what was there.
  std::string Rot(const std::string& with = "rot") {
    const auto pack = MUST(local().core().packs->Get(place.pack));
    const auto path = PathsOf(local().core().packs->directory(), place.pack).sealed;
    const auto disk = MUST(DiskFileSystem().Open(path, OpenMode::Create));
    const std::uint64_t at = pack->entry(place.first + 1).offset + 5;
    Bytes before(3);
    MUST(disk->ReadAt(at, before));
    MUST(disk->WriteAt(at, AsBytes(with)));
    return std::string(AsText(before));
  }
  bool IsMarked() {
    auto now = MUST(database->Read());
    return MUST(GetFile(*now, file.row)).is_damaged;
  }
  // In how many public files the chunk is counted.
  int PublicCount(PackId pack, std::uint32_t index) {
    auto now = MUST(database->Read());
    auto rows = now->Query("SELECT counts FROM pack_visibility WHERE pack = ?", pack);
    if (!rows.Next() || rows.Blob(0).size() < (index + 1) * 2) return 0;
    return LoadLe<std::uint16_t>(rows.Blob(0).data() + index * 2);
  }
  // Of known damage anybody heals it, of other damage its holder.
  void ExpectHealedBy(std::int64_t repository) {
    MUST_FAIL(Read(), Errc::Corrupt);
    const auto again = Commit(repository, data);
    CHECK(again.row == file.row);
    CHECK(MUST(Read()) == data);
    CHECK(PublicCount(place.pack, place.first + 1) == 0);
    const Term moved = again.recipe.terms.back();
    CHECK(PublicCount(moved.pack, moved.first) == 1);
  }
};

}  // namespace

TEST_CASE("ALostChunkIsStoredAgain") {
  Fixture f;
  MUST(f.local().core().packs->Get(f.place.pack))->Drop({f.place.first + 1});
  f.ExpectHealedBy(f.first);
}

TEST_CASE("ARottenChunkIsStoredAgainOnceItWasRead") {
  Fixture f;
  f.Rot();
  CHECK(MUST(Scrub(f.local(), {})).damaged.size() == 1);
  f.ExpectHealedBy(f.second);
}

TEST_CASE("WhatAScrubFoundIsKnownAfterARestart") {
  Fixture f;
  f.Rot();
  const auto report = MUST(Scrub(f.local(), {}));
  REQUIRE(report.damaged_files.size() == 1);
  CHECK(report.damaged_files[0].sha256 == f.file.sha256);
  CHECK(report.damaged_files[0].repositories == std::vector<std::string>{"models/owner/first"});
  f.Reopen();
  CHECK(f.IsMarked());
  f.ExpectHealedBy(f.second);
  CHECK_FALSE(f.IsMarked());
}

TEST_CASE("RecordingWithoutStoringAnewHealsNothing") {
  Fixture f;
  f.Rot();
  MUST(Scrub(f.local(), {}));
  MUST(f.database->Write([&](Connection& c) -> Status {
    return TRY(RecordFile(c, MUST(GetFile(c, f.file.row)), 1)) == f.file.row
               ? Ok()
               : Status(Error(Errc::Invalid, "another row"));
  }));
  CHECK(f.IsMarked());
}

TEST_CASE("AWholeScrubForgetsWhatIsDamagedNoMore") {
  Fixture f;
  const auto right = f.Rot();
  MUST(Scrub(f.local(), {}));
  f.Rot(right);
  CHECK(MUST(Scrub(f.local(), {.after = f.place.pack})).damaged.empty());
  CHECK(f.IsMarked());  // that one did not look
  CHECK(MUST(Scrub(f.local(), {})).damaged.empty());
  CHECK_FALSE(f.IsMarked());
  CHECK(MUST(f.Read()) == f.data);
}

TEST_CASE("AnUnreadablePackDoesNotKeepItsContentFromBeingStoredAgain") {
  Fixture f;
  const auto path = PathsOf(f.local().core().packs->directory(), f.place.pack).sealed;
  f.Close();
  {
    const auto rotten = MUST(DiskFileSystem().Open(path, OpenMode::Create));
    MUST(rotten->Truncate(MUST(rotten->SizeBytes()) - 1));
  }
  f.Reopen();
  f.ExpectHealedBy(f.first);
}

TEST_CASE("AScrubIsHeededByPacksThatAreLoadedLater") {
  Fixture f;
  f.Rot();
  MUST(Scrub(f.local(), {}));
  f.local().core().packs->Forget(f.place.pack);  // as after many others were read
  f.ExpectHealedBy(f.second);
  CHECK_FALSE(f.IsMarked());
}

TEST_CASE("WhatIsStoredOnADamagedChunkIsMarkedToo") {
  Fixture f;
  f.Rot();
  const auto late = MUST(f.store->PutBytes(f.data));  // finds the chunks before the scrub does
  MUST(Scrub(f.local(), {}));
  MUST(f.database->Write([&](Connection& c) -> Status {
    return TRY(RecordFile(c, late.content, 1)) == f.file.row
               ? Ok()
               : Status(Error(Errc::Invalid, "another row"));
  }));
  CHECK(f.IsMarked());
}

namespace {

// A file that is recorded as soon as a scrub has listed those that are damaged.
struct LateFile {
  Database& database;
  FileContent content;
  Status recorded = Error(Errc::NotFound, "the scrub listed nothing");

  static int HasEnded(unsigned, void* context, void* statement, void*) {
    auto& late = *static_cast<LateFile*>(context);
    const std::string_view sql = ::sqlite3_sql(static_cast<::sqlite3_stmt*>(statement));
    if (late.recorded || sql != "SELECT id, sha256, recipe FROM file") return 0;
    late.recorded = late.database.Write([&](Connection& c) -> Status {
      late.content.row = TRY(RecordFile(c, late.content, 1));
      return Ok();
    });
    return 0;
  }
};

}  // namespace

TEST_CASE("WhatIsRecordedBesideAScrubIsMarkedToo") {
  Fixture f;
  f.Rot();
  Bytes longer = f.data;
  longer.resize(longer.size() + 300'000);
  const auto put = MUST(f.store->PutBytes(longer));  // finds the chunks before the scrub does
  REQUIRE(put.content.recipe.terms.at(0).first == f.place.first);
  LateFile late{*f.database, put.content};
  const auto trace = [&](unsigned events) {
    auto lease = MUST(f.database->Read());
    ::sqlite3_trace_v2(lease->handle(), events, LateFile::HasEnded, &late);
  };
  trace(SQLITE_TRACE_PROFILE);
  MUST(Scrub(f.local(), {}));
  trace(0);
  MUST(Status(late.recorded));
  auto now = MUST(f.database->Read());
  CHECK(MUST(GetFile(*now, late.content.row)).is_damaged);
}

TEST_CASE("DamageThatNoFileHasGoesWithTheNextCollection") {
  Fixture f;
  f.Rot();
  MUST(Scrub(f.local(), {}));
  f.ExpectHealedBy(f.second);
  MUST(Collect(f.local(), {.grace_ms = 0}));
  const auto report = MUST(Scrub(f.local(), {}));
  CHECK(report.damaged.empty());
  CHECK(MUST(f.Read()) == f.data);
}
