#include "storage/content/collector.h"

#include <thread>

#include "storage/content/content_session.h"
#include "tests/storage/content/collect_while_recording.h"
#include "tests/support/chunks.h"
#include "tests/support/fake_clock.h"
#include "tests/support/must.h"
#include "tests/support/store_fixture.h"

using namespace banyan;
using namespace banyan::storage;
using banyan::tests::Noise;

namespace {

constexpr std::int64_t kDay = 24 * 3600 * 1000;

struct Fixture : banyan::tests::StoreFixture {
  std::int64_t repository = AddRepository("a", false);

  FileContent Commit(ByteView data) { return StoreFixture::Commit(repository, data); }
  void Release(const FileContent& file) {
    MUST(database->Write([&](Connection& c) { return ReleaseFile(c, repository, file.row); }));
  }
  // Moves quarantine into the past instead of waiting.
  void Age() {
    MUST(database->Write([&](Connection& c) -> Status {
      TRY(c.Execute("UPDATE file SET unreferenced_ms = 1 WHERE unreferenced_ms IS NOT NULL"));
      return c.Execute("UPDATE upload_session SET used_ms = 1");
    }));
  }
  Bytes Read(const FileContent& file) {
    Bytes out(file.size_bytes);
    const std::size_t got = MUST(MUST(store->OpenFile(file))->ReadAt(0, out));
    out.resize(got);
    return out;
  }
  std::uint64_t DiskBytes() {
    std::uint64_t total = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root + "/packs")) {
      if (entry.is_regular_file()) total += entry.file_size();
    }
    return total;
  }
};

}  // namespace

TEST_CASE("CollectionFreesExactlyWhatItsDryRunSaid") {
  Fixture f;
  const Bytes kept = Noise(4u << 20, 1);
  const Bytes gone = Noise(9u << 20, 2);
  const FileContent keep = f.Commit(kept);
  MUST(f.local().core().packs->SealIdle());
  const FileContent drop = f.Commit(gone);
  MUST(f.local().core().packs->SealIdle());
  f.Release(drop);
  auto report = MUST(Collect(f.local(), {}));
  REQUIRE(report.files_quarantined == 1);
  REQUIRE(report.freed_bytes == 0);  // quarantine keeps it
  REQUIRE(f.Read(drop) == gone);
  f.Age();
  const std::uint64_t before = f.DiskBytes();
  CollectionOptions dry;
  dry.dry_run = true;
  const auto forecast = MUST(Collect(f.local(), dry));
  REQUIRE(f.DiskBytes() == before);
  report = MUST(Collect(f.local(), {}));
  REQUIRE(report.files_deleted == 1);
  REQUIRE(report.freed_bytes == forecast.freed_bytes);
  REQUIRE(before - f.DiskBytes() == report.freed_bytes);
  REQUIRE(report.freed_bytes > (8u << 20));
  REQUIRE(f.Read(keep) == kept);
  f.Reopen();
  REQUIRE(f.Read(keep) == kept);
  const FileContent again = f.Commit(gone);  // the same bytes may come back
  REQUIRE(f.Read(again) == gone);
}

TEST_CASE("AnOpenPackGivesItsSpaceBackToo") {
  Fixture f;
  const Bytes kept = Noise(2u << 20, 1);
  const FileContent keep = f.Commit(kept);
  const FileContent drop = f.Commit(Noise(9u << 20, 2));
  REQUIRE(f.local().core().packs->SealedIds().empty());
  f.Release(drop);
  MUST(Collect(f.local(), {}));
  f.Age();
  CollectionOptions dry;
  dry.dry_run = true;
  const auto forecast = MUST(Collect(f.local(), dry));
  REQUIRE(forecast.freed_bytes >= (9u << 20));
  REQUIRE(f.local().core().packs->SealedIds().empty());  // it only looked
  const std::uint64_t before = f.DiskBytes();
  const auto report = MUST(Collect(f.local(), {}));
  REQUIRE(report.freed_bytes == forecast.freed_bytes);
  REQUIRE(report.dead_kept_bytes == 0);
  REQUIRE(before - f.DiskBytes() > (9u << 20) - (64u << 10));
  REQUIRE(f.Read(keep) == kept);
  f.Reopen();
  REQUIRE(f.Read(keep) == kept);
}

TEST_CASE("CollectionMeetsAPackThatWasRecoveredWithoutRoom") {
  Fixture f;
  const FileContent lost = f.Commit(Noise(3u << 20, 1));
  FileContent kept;
  std::string cut;
  std::uint64_t payload = 0;
  {
    auto& packs = *f.local().core().packs;
    const auto lease = MUST(packs.Acquire());  // so that the next file goes to another pack
    cut = PathsOf(packs.directory(), lost.recipe.terms[0].pack).data;
    payload = MUST(packs.Get(lost.recipe.terms[0].pack))->payload_bytes();
    kept = f.Commit(Noise(1u << 20, 2));
  }
  REQUIRE(kept.recipe.terms[0].pack != lost.recipe.terms[0].pack);
  f.Close();
  {
    auto file = MUST(f.fs.Open(cut, OpenMode::ReadWrite));
    MUST(file->WriteAt(payload - 1000, Bytes(500)));  // a kill while it was written
  }
  f.Reopen();
  f.Commit(Noise(100'000, 3));  // its sync seals the pack that takes no more
  REQUIRE_FALSE(f.local().core().packs->SealedIds().empty());
  f.Release(lost);
  MUST(Collect(f.local(), {}));
  f.Age();
  MUST(Collect(f.local(), {}));
  REQUIRE(f.Read(kept) == Noise(1u << 20, 2));
}

TEST_CASE("CollectionKeepsWhatLiveWritersAndSessionsUse") {
  Fixture f;
  const Bytes data = Noise(5u << 20, 3);
  const FileContent file = f.Commit(data);
  MUST(f.local().core().packs->SealIdle());
  f.Release(file);
  MUST(Collect(f.local(), {}));
  f.Age();
  // Reuses the dying chunks, not recorded yet.
  auto writer = MUST(f.store->PutBytes(data, f.repository));
  const auto report = MUST(Collect(f.local(), {}));
  REQUIRE(report.files_deleted == 1);
  REQUIRE(report.chunks_dropped == 0);
  REQUIRE(f.Read(writer.content) == data);
  MUST(f.database->Write([&](Connection& c) -> Status {
    writer.content.row = TRY(RecordFile(c, writer.content, 1));
    return HoldFile(c, f.repository, writer.content, Holding::Committed, 1);
  }));
  writer.pin.reset();
  MUST(Collect(f.local(), {}));
  REQUIRE(f.Read(writer.content) == data);
}

TEST_CASE("CollectionExpiresUnusedSessions") {
  Fixture f;
  auto session = MUST(ContentSession::Begin(f.local(), SystemRandom(), {1, f.repository}));
  const Bytes data = Noise(1u << 20, 4);
  const ChunkList chunks = tests::Cut(data);
  MUST(session->Put(tests::Batch(data, chunks, std::vector<bool>(chunks.size(), true))));
  session.reset();
  MUST(f.local().core().packs->SealIdle());
  auto report = MUST(Collect(f.local(), {}));
  REQUIRE(report.chunks_dropped == 0);
  f.Age();
  report = MUST(Collect(f.local(), {}));
  REQUIRE(report.sessions_expired == 1);
  REQUIRE(report.packs_removed == 1);
}

TEST_CASE("CollectionRunsBesideWriters") {
  Fixture f;
  std::atomic<bool> stop = false;
  std::thread collecting([&] {
    CollectionOptions options;
    options.grace_ms = -kDay;  // no grace at all: every race that exists shows
    options.rewrite_share = 0.01;
    while (!stop) {
      MUST(f.local().core().packs->SealIdle());
      MUST(Collect(f.local(), options));
    }
  });
  for (int i = 0; i < 60; ++i) {
    const Bytes data = Noise(1u << 20, static_cast<std::uint64_t>(i % 5));
    const FileContent file = f.Commit(data);
    REQUIRE(f.Read(file) == data);
    if (i % 2 == 0) f.Release(file);
  }
  stop = true;
  collecting.join();
}

// A file that was damaged is stored anew while a collection runs: its row is marked with the old
// recipe, then moves to chunks that nothing else names, and its pin goes.
TEST_CASE("CollectionSeesWhereARowMovedMeanwhile") {
  Fixture f;
  ContentCore& core = f.local().core();
  const Bytes data = Noise(300'000, 1);
  const FileContent file = f.Commit(data);
  MUST(core.packs->SealIdle());
  const Term place = file.recipe.terms.at(0);
  MUST(core.packs->Get(place.pack))->MarkDamaged({place.first, place.first + 1});
  auto again = MUST(f.store->PutBytes(data, f.repository));
  MUST(core.packs->SealIdle());
  REQUIRE(again.content.recipe != file.recipe);

  CollectionOptions options;
  options.grace_ms = -kDay;
  options.rewrite_share = 0.01;
  tests::CollectWhileRecording(f, f.repository, again, options);
  auto now = MUST(f.database->Read());
  const auto moved = MUST(GetFile(*now, file.row));
  CHECK(moved.recipe == again.content.recipe);
  CHECK(f.Read(moved) == data);
}
