// The same bytes of two owners, neither of whom may know what the other has: two copies, and
// nothing that either is shown tells of the other one.
#include <string_view>

#include "storage/content/collector.h"
#include "storage/content/content_session.h"
#include "storage/content/damage.h"
#include "storage/content/file_sections.h"
#include "storage/content/scrub.h"
#include "tests/storage/content/collect_while_recording.h"
#include "tests/support/chunks.h"
#include "tests/support/must.h"
#include "tests/support/store_fixture.h"

using namespace banyan;
using namespace banyan::storage;
using banyan::tests::Batch;
using banyan::tests::Cut;
using banyan::tests::Noise;

namespace {

constexpr EncodingSet kAllEncodings = 0xf;
constexpr std::int64_t kDayMs = 24 * 3'600'000;

struct Fixture : banyan::tests::StoreFixture {
  std::int64_t alice = AddRepository("alice", true);
  std::int64_t bob = AddRepository("bob", true);
  std::int64_t open = AddRepository("open", false);

  std::shared_ptr<ContentSession> Begin(std::int64_t repository) {
    return MUST(ContentSession::Begin(local(), SystemRandom(), {1, repository}));
  }
  static void Send(ContentSession& session, const Bytes& data, const ChunkList& chunks) {
    MUST(session.Put(Batch(data, chunks, std::vector<bool>(chunks.size(), true))));
  }
  // Sends it raw, and commits it.
  FileContent Push(std::int64_t repository, const Bytes& data) {
    const auto session = Begin(repository);
    Send(*session, data, Cut(data));
    const auto file = MUST(session->Assemble(Cut(data), {HashSha256(data), data.size()}));
    MUST(session->End());
    MUST(database->Write(
        [&](Connection& c) { return HoldFile(c, repository, file, Holding::Committed, 1); }));
    return Now(repository, file);
  }
  // As the repository has it.
  FileContent Now(std::int64_t repository, const FileContent& file) {
    auto lease = MUST(database->Read());
    return MUST(GetHeldFile(*lease, repository, file.row));
  }
  void Publish(std::int64_t repository) {
    MUST(database->Write([&](Connection& c) -> Status {
      TRY(c.Execute("UPDATE repository SET private = 0 WHERE id = ?", repository));
      return RepositoryVisibilityChanged(c, repository, false);
    }));
  }
  void Release(std::int64_t repository, const FileContent& file) {
    MUST(database->Write([&](Connection& c) { return ReleaseFile(c, repository, file.row); }));
  }
  CollectionReport Collect() {
    MUST(local().core().packs->SealIdle());
    CollectionOptions options;
    options.grace_ms = -kDayMs;
    options.rewrite_share = 0.01;
    return MUST(storage::Collect(local(), options));
  }
  std::uint64_t EncodedBytes(const FileContent& file) {
    const auto sections = MUST(FileSections::Load(local(), file));
    return MUST(sections->Data(0, kAllEncodings))->SizeBytes();
  }
  bool IsPublic(const Term& term) {
    ChunkScope scope(*database, std::make_shared<RepositoryPlaces>(0));
    return MUST(scope.Judge({term.pack, term.first})) == Visibility::Visible;
  }
  bool IsWhole(const FileContent& file, const Bytes& data) {
    const auto read = store->ReadWhole(file);
    return read && *read == data;
  }
  // Overwrites some bytes of the first chunk.
  void Rot(const FileContent& file) {
    const Term place = file.recipe.terms.at(0);
    const auto pack = MUST(local().core().packs->Get(place.pack));
    const auto path = PathsOf(local().core().packs->directory(), place.pack).sealed;
    const auto disk = MUST(DiskFileSystem().Open(path, OpenMode::ReadWrite));
    MUST(disk->WriteAt(pack->entry(place.first).offset + 5, AsBytes("rot")));
  }
};

bool Share(const FileContent& a, const FileContent& b) {
  LocationSet places;
  for (const Term& term : a.recipe.terms) places.Add(term);
  for (const Term& term : b.recipe.terms) {
    for (std::uint32_t i = 0; i < term.count; ++i) {
      if (places.Contains({term.pack, term.first + i})) return true;
    }
  }
  return false;
}

}  // namespace

TEST_CASE("TheSameBytesOfTwoPrivateOwnersAreStoredTwice") {
  Fixture f;
  const Bytes data = Noise(1u << 20, 1);
  const auto first = f.Commit(f.alice, data);
  const auto second = f.Commit(f.bob, data);
  const auto pushed = f.Push(f.AddRepository("third", true), data);
  CHECK(first.row == second.row);
  CHECK_FALSE(Share(first, second));
  CHECK_FALSE(Share(first, pushed));
  CHECK_FALSE(Share(second, pushed));
  CHECK(f.Now(f.alice, first).recipe == first.recipe);
  f.Collect();
  for (const auto& file : {first, second, pushed}) CHECK(f.IsWhole(file, data));
}

TEST_CASE("OfOneOwnerTheyAreStoredOnce") {
  Fixture f;
  const Bytes data = Noise(1u << 20, 2);
  const auto first = f.Commit(f.alice, data);
  CHECK(f.Commit(f.alice, data).recipe == first.recipe);
  CHECK(f.Push(f.alice, data).recipe == first.recipe);
  const auto writer = MUST(f.store->PutBytes(data, f.alice));
  CHECK(writer.content.recipe == first.recipe);
  // Also while they arrive.
  const Bytes other = Noise(1u << 20, 3);
  const auto one = MUST(f.store->PutBytes(other, f.alice));
  const auto two = MUST(f.store->PutBytes(other, f.alice));
  CHECK(one.content.recipe == two.content.recipe);
  CHECK(f.Push(f.alice, other).recipe == one.content.recipe);
}

TEST_CASE("OfWhatIsPublicTheyAreStoredOnce") {
  Fixture f;
  const Bytes data = Noise(1u << 20, 4);
  const auto file = f.Commit(f.open, data);
  CHECK(f.Commit(f.alice, data).recipe == file.recipe);
  CHECK(f.Push(f.bob, data).recipe == file.recipe);
}

TEST_CASE("WhatTwoOwnersPublishIsOneCopyInTheEnd") {
  Fixture f;
  const Bytes data = Noise(1u << 20, 5);
  const auto first = f.Commit(f.alice, data);
  const auto second = f.Commit(f.bob, data);
  f.Publish(f.bob);
  CHECK(f.Now(f.bob, second).recipe == second.recipe);
  CHECK(f.Now(f.alice, first).recipe == first.recipe);  // hers tells nobody anything
  CHECK(f.IsPublic(second.recipe.terms[0]));
  CHECK_FALSE(f.IsPublic(first.recipe.terms[0]));
  f.Publish(f.alice);
  CHECK(f.Now(f.alice, first).recipe == second.recipe);
  CHECK(f.Collect().freed_bytes >= data.size());
  CHECK(f.IsWhole(f.Now(f.alice, first), data));
}

TEST_CASE("AnUploadLiesInTheOrderInWhichItCame") {
  Fixture f;
  const Bytes data = Noise(1u << 20, 6);
  const auto chunks = Cut(data);
  REQUIRE(chunks.size() > 6);
  const std::size_t at = chunks[0].size_bytes + chunks[1].size_bytes;
  const Bytes secret(data.begin() + static_cast<std::ptrdiff_t>(at),
                     data.begin() + static_cast<std::ptrdiff_t>(at + chunks[2].size_bytes));
  const auto hers = f.Commit(f.alice, secret);
  REQUIRE(hers.chunk_count == 1);
  const auto session = f.Begin(f.bob);
  f.Send(*session, data, chunks);
  const auto run = MUST(session->RunAround(chunks[0].id));
  REQUIRE(run);
  CHECK(run->count == chunks.size());
  CHECK(MUST(session->RunAround(chunks[2].id)) == run);
  CHECK(f.Commit(f.bob, data).recipe.terms.size() == 1);
  CHECK(f.Commit(f.AddRepository("third", true), data).recipe.terms.size() == 1);
}

TEST_CASE("EachOwnerSeesTheEncodingOfItsOwnUpload") {
  Fixture f;
  const Bytes before(50'000, 7);
  const Bytes after(50'000, 8);
  const auto hers = f.Commit(f.alice, before);
  const auto mine = f.Push(f.bob, before);
  const auto planted = f.Push(f.bob, after);  // she has it later
  const auto late = f.Commit(f.alice, after);
  f.Commit(f.alice, after);  // and again
  for (const auto& file : {mine, planted}) {
    CHECK(f.EncodedBytes(f.Now(f.bob, file)) > before.size());
  }
  for (const auto& file : {hers, late}) {
    CHECK(f.EncodedBytes(f.Now(f.alice, file)) < before.size() / 10);
  }
  // Nor does it tell when it is public.
  f.Publish(f.bob);
  f.Commit(f.alice, before);
  for (const auto& file : {mine, planted}) {
    auto lease = MUST(f.database->Read());
    CHECK(f.EncodedBytes(MUST(GetFile(*lease, file.row))) > before.size());
  }
}

TEST_CASE("CollectionTakesACopyWithItsOwner") {
  Fixture f;
  const Bytes data = Noise(1u << 20, 9);
  const auto first = f.Commit(f.alice, data);
  const auto second = f.Commit(f.bob, data);
  f.Release(f.bob, second);
  CHECK(f.Collect().freed_bytes >= data.size());
  CHECK(f.IsWhole(first, data));
  f.Release(f.alice, first);
  CHECK(f.Collect().freed_bytes >= data.size());
  CHECK_FALSE(f.IsWhole(first, data));
}

// It is the row's, and nobody who is left reads that.
TEST_CASE("CollectionTakesTheFirstCopyWithItsOwnerToo") {
  Fixture f;
  const Bytes data = Noise(1u << 20, 16);
  const auto first = f.Commit(f.alice, data);
  const auto second = f.Commit(f.bob, data);
  const auto carol = f.AddRepository("carol", true);
  const auto third = f.Commit(carol, data);
  f.Release(f.alice, first);
  const auto freed = f.Collect().freed_bytes;
  CHECK(freed >= data.size());
  CHECK(freed < 2 * data.size());
  CHECK(f.Now(f.bob, second).recipe == second.recipe);
  CHECK(f.Now(carol, third).recipe == third.recipe);
  CHECK(f.Collect().freed_bytes == 0);
  f.Release(f.bob, second);
  CHECK(f.Collect().freed_bytes >= data.size());
  CHECK(f.IsWhole(f.Now(carol, third), data));
  f.Release(carol, third);
  CHECK(f.Collect().freed_bytes >= data.size());
}

// An owner whose own copy is damaged reads the row's.
TEST_CASE("CollectionLeavesWhatIsReadForADamagedCopy") {
  Fixture f;
  const Bytes data = Noise(1u << 20, 17);
  const auto first = f.Commit(f.alice, data);
  MUST(f.local().core().packs->SealIdle());
  const auto second = f.Commit(f.bob, data);
  MUST(f.local().core().packs->SealIdle());
  const Term place = second.recipe.terms.at(0);
  ScrubReport report;
  report.damaged.push_back({place.pack, place.first, ChunkId(), "of this test"});
  MUST(RecordDamage(f.local().core(), report, [](Connection&) { return Ok(); }));
  f.Release(f.alice, first);
  f.Collect();
  CHECK(f.Now(f.bob, second).recipe == first.recipe);
  CHECK(f.IsWhole(f.Now(f.bob, second), data));
}

TEST_CASE("CollectionSeesACopyThatCameMeanwhile") {
  Fixture f;
  ContentCore& core = f.local().core();
  const Bytes data = Noise(300'000, 18);
  const auto first = f.Commit(f.alice, data);
  MUST(core.packs->SealIdle());
  auto put = MUST(f.store->PutBytes(data, f.bob));
  MUST(core.packs->SealIdle());
  CollectionOptions options;
  options.rewrite_share = 0.01;
  tests::CollectWhileRecording(f, f.bob, put, options);
  const auto now = f.Now(f.bob, first);
  CHECK(now.recipe == put.content.recipe);
  CHECK(f.IsWhole(now, data));
}

TEST_CASE("OwnCopiesAreReadOnceHoweverManyPacksAreSwept") {
  Fixture f;
  const Bytes data = Noise(100'000, 19);
  f.Commit(f.alice, data);
  f.Commit(f.bob, data);
  for (std::uint64_t seed = 20; seed < 23; ++seed) {
    MUST(f.local().core().packs->SealIdle());
    f.Release(f.alice, f.Commit(f.alice, Noise(100'000, seed)));
  }
  int readings = 0;
  const auto watch = [&](Connection& c) {
    const auto count = [](unsigned, void* counter, void* statement, void*) {
      const std::string_view sql = ::sqlite3_sql(static_cast<::sqlite3_stmt*>(statement));
      const bool is_one = sql == "SELECT recipe FROM repository_file WHERE recipe IS NOT NULL";
      *static_cast<int*>(counter) += is_one ? 1 : 0;
      return 0;
    };
    ::sqlite3_trace_v2(c.handle(), SQLITE_TRACE_STMT, count, &readings);
    return Ok();
  };
  MUST(f.database->Write(watch));
  MUST(watch(*MUST(f.database->Read())));
  CHECK(f.Collect().packs_removed == 3);
  f.Close();
  CHECK(readings == 1);
}

TEST_CASE("ACopyInTheSamePackIsFoundAfterTheOtherWent") {
  Fixture f;
  const Bytes data = Noise(1u << 20, 10);
  const auto chunks = Cut(data);
  const auto first = f.Begin(f.alice);
  const auto second = f.Begin(f.bob);
  f.Send(*first, data, chunks);
  f.Send(*second, data, chunks);
  MUST(first->End());
  CHECK(f.Collect().chunks_dropped == chunks.size());
  const auto lacking = MUST(second->Lacking(chunks));
  CHECK(std::ranges::count(lacking, true) == 0);
  MUST(second->Assemble(chunks, {HashSha256(data), data.size()}));
}

TEST_CASE("AnOwnerWhoseCopyIsDamagedReadsTheOther") {
  for (const bool is_second : {false, true}) {
    Fixture f;
    const Bytes data = Noise(1u << 20, 11);
    const auto first = f.Commit(f.alice, data);
    MUST(f.local().core().packs->SealIdle());
    const auto second = f.Commit(f.bob, data);
    MUST(f.local().core().packs->SealIdle());
    f.Rot(is_second ? second : first);
    const auto report = MUST(Scrub(f.local(), {}));
    CHECK(report.damaged.size() == 1);
    CHECK(report.damaged_files.empty());
    for (const auto repository : {f.alice, f.bob}) {
      const auto now = f.Now(repository, first);
      CHECK_FALSE(now.is_damaged);
      CHECK(f.IsWhole(now, data));
    }
  }
}

// A folder in the pack's place is opened, and reads from it fail.
TEST_CASE("ACopyThatCannotBeReadIsReadAgainWhenItCan") {
  for (const bool is_second : {false, true}) {
    Fixture f;
    const Bytes data = Noise(1u << 20, 14);
    const auto first = f.Commit(f.alice, data);
    MUST(f.local().core().packs->SealIdle());
    const auto second = f.Commit(f.bob, data);
    MUST(f.local().core().packs->SealIdle());
    const auto& lost = is_second ? second : first;
    const PackId pack = lost.recipe.terms.at(0).pack;
    const auto path = PathsOf(f.local().core().packs->directory(), pack).sealed;
    f.Close();
    MUST(f.fs.Rename(path, f.root + "/aside"));
    MUST(f.fs.CreateDirectories(path));
    f.Reopen();
    const auto report = MUST(Scrub(f.local(), {}));
    REQUIRE(report.damaged.size() == 1);
    CHECK(report.damaged_files.empty());
    f.Collect();
    for (const auto repository : {f.alice, f.bob}) {
      const auto now = f.Now(repository, first);
      CHECK_FALSE(now.is_damaged);
      CHECK(f.IsWhole(now, data));
    }
    MUST(f.fs.Remove(path));
    MUST(f.fs.Rename(f.root + "/aside", path));
    // Nothing new is placed on it before it was read.
    const auto anew = MUST(f.store->PutBytes(data, is_second ? f.bob : f.alice));
    CHECK_FALSE(Share(anew.content, lost));
    CHECK(MUST(Scrub(f.local(), {})).damaged.empty());
    CHECK(f.Now(f.alice, first).recipe == first.recipe);
    CHECK(f.Now(f.bob, first).recipe == second.recipe);
    for (const auto& file : {first, second}) CHECK(f.IsWhole(file, data));
  }
}

TEST_CASE("ACopyThatIsKnownToBeDamagedIsTakenForNoOther") {
  Fixture f;
  const Bytes data = Noise(1u << 20, 15);
  const auto first = f.Commit(f.alice, data);
  MUST(f.local().core().packs->SealIdle());
  const auto second = f.Commit(f.bob, data);
  MUST(f.local().core().packs->SealIdle());
  f.Rot(first);
  const auto record = [&](const FileContent& file, bool is_proven) {
    const Term place = file.recipe.terms.at(0);
    ScrubReport report;
    report.damaged.push_back({place.pack, place.first, ChunkId(), "of this test", is_proven});
    MUST(RecordDamage(f.local().core(), report, [](Connection&) { return Ok(); }));
    return report;
  };
  CHECK(record(second, false).damaged_files.empty());
  CHECK(record(first, true).damaged_files.size() == 1);
  for (const auto repository : {f.alice, f.bob}) CHECK(f.Now(repository, first).is_damaged);
  // The one that could not be read reads again, for both.
  CHECK(MUST(Scrub(f.local(), {})).damaged.size() == 1);
  for (const auto repository : {f.alice, f.bob}) {
    const auto now = f.Now(repository, first);
    CHECK(now.recipe == second.recipe);
    CHECK_FALSE(now.is_damaged);
    CHECK(f.IsWhole(now, data));
  }
}

TEST_CASE("WhatIsFoundDamagedBeforeItIsRecordedReplacesNoWholeCopy") {
  enum class Writer { Holder, Another, AnotherAfterAll };
  for (const auto writer : {Writer::Holder, Writer::Another, Writer::AnotherAfterAll}) {
    Fixture f;
    const Bytes data = Noise(1u << 20, 13);
    const auto first = f.Commit(f.alice, data);
    MUST(f.local().core().packs->SealIdle());
    auto late = MUST(f.store->PutBytes(data));
    MUST(f.local().core().packs->SealIdle());
    REQUIRE_FALSE(Share(first, late.content));
    f.Rot(late.content);
    REQUIRE(MUST(Scrub(f.local(), {})).damaged.size() == 1);
    if (writer == Writer::AnotherAfterAll) f.Release(f.alice, first);
    const auto repository = writer == Writer::Holder ? f.alice : f.bob;
    MUST(f.database->Write([&](Connection& c) -> Status {
      late.content.row = TRY(RecordFile(c, late.content, 1));
      return HoldFile(c, repository, late.content, Holding::Committed, 1);
    }));
    CHECK(f.IsWhole(f.Now(repository, first), data));
  }
}

TEST_CASE("WhatAnOwnerMayNotHaveIsNotFoundByItsDigest") {
  Fixture f;
  const auto file = f.Commit(f.alice, Noise(1000, 12));
  auto lease = MUST(f.database->Read());
  for (const auto least : {Holding::Uploaded, Holding::Committed}) {
    CHECK_FALSE(MUST(FindHeldFile(*lease, f.bob, file.sha256, least)));
    CHECK_FALSE(MUST(FindHeldFile(*lease, f.bob, file.hash, least)));
    CHECK(MUST(FindHeldFile(*lease, f.alice, file.hash, least))->row == file.row);
  }
  f.Publish(f.alice);
  CHECK(MUST(FindHeldFile(*lease, f.bob, file.hash, Holding::Committed))->row == file.row);
}

TEST_CASE("ACopyThatBecomesTheRowsWhileItIsAskedForIsFound") {
  Fixture f;
  const Bytes data = Noise(100'000, 23);
  f.Commit(f.alice, data);
  const auto second = f.Commit(f.bob, data);
  struct Meanwhile {
    Fixture& f;
    int statements = 0;
  } meanwhile{f};
  auto lease = MUST(f.database->Read());
  const auto publish = [](unsigned, void* context, void*, void*) {
    auto& [fixture, statements] = *static_cast<Meanwhile*>(context);
    if (++statements == 2) fixture.Publish(fixture.bob);
    return 0;
  };
  ::sqlite3_trace_v2(lease->handle(), SQLITE_TRACE_STMT, publish, &meanwhile);
  const auto found = GetHeldFile(*lease, f.bob, second.row);
  ::sqlite3_trace_v2(lease->handle(), 0, nullptr, nullptr);
  REQUIRE(meanwhile.statements >= 2);
  CHECK(MUST(found).recipe == second.recipe);
  CHECK(f.Now(f.bob, second).recipe == second.recipe);
}
