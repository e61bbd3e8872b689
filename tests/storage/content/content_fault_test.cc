// Every disk fault and every power loss during put, session upload, collection and backup: what
// was acknowledged is there with its bytes, nothing half-done shows, and the next run works.
#include "storage/content/backup.h"
#include "storage/content/backup_directory.h"
#include "storage/content/collector.h"
#include "storage/content/content_session.h"
#include "storage/content/scrub.h"
#include "tests/support/chunks.h"
#include "tests/support/fake_random.h"
#include "tests/support/fault_loop.h"
#include "tests/support/memory_store.h"
#include "tests/support/store_fixture.h"

using namespace banyan;
using namespace banyan::storage;
using banyan::tests::MakeMemoryStore;
using banyan::tests::MemoryStore;
using banyan::tests::Noise;
using banyan::tests::OpenedStore;
using banyan::tests::OpenMemoryStore;

namespace {

constexpr std::int64_t kDay = 24 * 3600 * 1000;

// Nothing holds the file any more, and its quarantine is over.
void LetGo(MemoryStore& at, const Bytes& data) {
  MUST(at.database->Write([&](Connection& c) -> Status {
    const std::int64_t row = TRY(FindFile(c, HashSha256(data))).value().row;
    TRY(ReleaseFile(c, 1, row));
    return c.Execute("UPDATE file SET unreferenced_ms = 1 WHERE id = ?", row);
  }));
}

// All rows have their bytes, and the contents named are among them.
void CheckStore(MemoryFileSystem& fs, const std::vector<Bytes>& must_have) {
  const OpenedStore open = tests::OpenMemoryStore(fs);
  tests::CheckMemoryStore(*open);
  for (const Bytes& data : must_have) {
    auto lease = MUST(open->database->Read());
    REQUIRE(MUST(FindFile(*lease, HashSha256(data))).has_value());
  }
  MUST(open->Hold(AsBytes("the store takes new files again")));
}

}  // namespace

TEST_CASE("PutSurvivesEveryFaultAndEveryCrash") {
  const Bytes first = Noise(40000, 1);
  const Bytes second = Noise(50000, 2);
  std::vector<Bytes> acknowledged;
  OpenedStore opened;
  MemoryFileSystem prepared;
  MakeMemoryStore(prepared, {first});
  Workload workload;
  workload.setup = [&](MemoryFileSystem& fs) {
    acknowledged = {first};
    fs.StartFrom(prepared);
    opened = OpenMemoryStore(fs);
  };
  workload.operation = [&](MemoryFileSystem&) -> Status {
    const OpenedStore open = std::move(opened);
    TRY(open->Hold(second));
    acknowledged.push_back(second);
    return Ok();
  };
  workload.verify = [&](MemoryFileSystem& fs) { CheckStore(fs, acknowledged); };
  ForEveryFault(workload);
  ForEveryCrash(workload);
}

TEST_CASE("OpeningSurvivesFaultsAtEveryOperation") {
  const Bytes data = Noise(40000, 7);
  MemoryFileSystem fs;
  MakeMemoryStore(fs, {data});
  for (std::uint64_t nth = 1;; ++nth) {
    INFO("operation " << nth);
    fs.SetFault({.kind = FaultKind::Io, .nth = nth});
    {
      MemoryStore open(fs);
      const Status status = open.Open();
      (void)status.has_value();
    }
    const bool struck = fs.struck() > 0;
    fs.ClearFault();
    if (!struck) break;
    MemoryStore open(fs);
    MUST(open.Open());
    auto lease = MUST(open.database->Read());
    MUST(VerifyFile(*open.store, MUST(FindFile(*lease, HashSha256(data))).value()));
  }
}

TEST_CASE("SessionUploadSurvivesEveryCrash") {
  const Bytes data = Noise(60000, 3);
  const ChunkList chunks = tests::Cut(data);
  const Bytes batch = tests::Batch(data, chunks, std::vector<bool>(chunks.size(), true));
  std::string name;
  bool put = false;
  std::vector<Bytes> acknowledged;
  OpenedStore opened;
  MemoryFileSystem prepared;
  MakeMemoryStore(prepared, {});
  Workload workload;
  workload.setup = [&](MemoryFileSystem& fs) {
    put = false;
    acknowledged.clear();
    fs.StartFrom(prepared);
    opened = OpenMemoryStore(fs);
    FakeRandom random(1);
    name = MUST(ContentSession::Begin(opened->local(), random, {1, 1}))->name();
  };
  workload.operation = [&](MemoryFileSystem&) -> Status {
    const OpenedStore open = std::move(opened);
    auto session = TRY(ContentSession::Resume(open->local(), name, {1, 1}));
    TRY(session->Put(batch));
    put = true;
    TRY(session->Assemble(chunks, {HashSha256(data), data.size()}));
    acknowledged.push_back(data);
    return Ok();
  };
  workload.verify = [&](MemoryFileSystem& fs) {
    CheckStore(fs, acknowledged);
    MemoryStore open(fs);
    MUST(open.Open());
    auto session = MUST(ContentSession::Resume(open.local(), name, {1, 1}));
    for (const bool lacking : MUST(session->Lacking(chunks))) {
      if (put) REQUIRE_FALSE(lacking);
    }
  };
  ForEveryCrash(workload, 2);
}

TEST_CASE("CollectionSurvivesFaultsAndEveryCrash") {
  const Bytes kept = Noise(40000, 4);
  const Bytes gone = Noise(50000, 5);
  OpenedStore opened;
  MemoryFileSystem prepared;
  MakeMemoryStore(prepared, {kept, gone});
  Workload workload;
  workload.setup = [&](MemoryFileSystem& fs) {
    fs.StartFrom(prepared);
    opened = OpenMemoryStore(fs);
    MUST(opened->local().core().packs->SealIdle());
    LetGo(*opened, gone);
  };
  workload.operation = [&](MemoryFileSystem&) -> Status {
    const OpenedStore open = std::move(opened);
    open->clock.Advance(100 * kDay);
    TRY(Collect(open->local(), {}));
    return Ok();
  };
  workload.verify = [&](MemoryFileSystem& fs) { CheckStore(fs, {kept}); };
  ForEveryFault(workload);
  ForEveryCrash(workload, 2);
}

TEST_CASE("SealingTwoPacksSurvivesFaultsAndEveryCrash") {
  const std::vector<Bytes> contents = {Noise(40000, 8), Noise(50000, 9)};
  OpenedStore opened;
  MemoryFileSystem prepared;
  MakeMemoryStore(prepared, {contents[0]});
  Workload workload;
  workload.setup = [&](MemoryFileSystem& fs) {
    fs.StartFrom(prepared);
    opened = OpenMemoryStore(fs);
    const auto first_pack = MUST(opened->local().core().packs->Acquire());
    MUST(opened->Hold(contents[1]));  // into another pack
    REQUIRE(opened->local().core().packs->OpenIds().size() == 2);
  };
  workload.operation = [&](MemoryFileSystem&) -> Status {
    const OpenedStore open = std::move(opened);
    return open->local().core().packs->SealIdle();
  };
  workload.verify = [&](MemoryFileSystem& fs) { CheckStore(fs, contents); };
  ForEveryFault(workload);
  ForEveryCrash(workload, 2);
}

TEST_CASE("PacksThatCouldNotBeSealedGoOnBeingFilled") {
  const std::vector<Bytes> contents = {Noise(40000, 8), Noise(50000, 9), Noise(30000, 10)};
  MemoryFileSystem prepared;
  MakeMemoryStore(prepared, {contents[0]});
  int refilled = 0;
  for (const FaultKind kind : {FaultKind::NoSpace, FaultKind::Io}) {
    for (std::uint64_t nth = 1;; ++nth) {
      INFO(ToString(kind) << " at operation " << nth);
      MemoryFileSystem fs;
      fs.StartFrom(prepared);
      {
        const OpenedStore open = OpenMemoryStore(fs);
        auto& packs = *open->local().core().packs;
        {
          const auto first_pack = MUST(packs.Acquire());
          MUST(open->Hold(contents[1]));  // into another pack
        }
        fs.SetFault({.kind = kind, .nth = nth});
        const Status sealed = packs.SealIdle();
        const bool struck = fs.struck() > 0;
        fs.ClearFault();
        if (!struck) break;
        if (!packs.CheckUsable()) continue;  // what is on the disk is unknown
        const auto left = packs.OpenIds();
        CHECK((left.size() == 2 || left.empty()));
        MUST(open->Hold(contents[2]));
        CHECK(packs.OpenIds().size() == (left.empty() ? 1 : 2));  // not into a new one
        refilled += left.empty() ? 0 : 1;
        MUST(packs.SealIdle());
      }
      CheckStore(fs, contents);
    }
  }
  CHECK(refilled > 3);
}

// The backup can be restored and holds `contents`, all of them whole.
void CheckBackup(MemoryFileSystem& fs, const std::vector<Bytes>& contents) {
  SqliteVfs vfs(fs);
  static int restored = 0;
  const std::string target = "restored-" + std::to_string(++restored);
  MUST(Restore(fs, "backup", target, vfs.name()));
  const OpenedStore open = OpenMemoryStore(fs, target);
  tests::CheckMemoryStore(*open);
  for (const Bytes& data : contents) {
    auto lease = MUST(open->database->Read());
    REQUIRE(MUST(FindFile(*lease, HashSha256(data))).has_value());
  }
}

TEST_CASE("BackupIsCompleteOrRefusedAfterEveryFault") {
  const Bytes data = Noise(40000, 6);
  bool acknowledged = false;
  OpenedStore opened;
  MemoryFileSystem prepared;
  MakeMemoryStore(prepared, {data});
  Workload workload;
  workload.setup = [&](MemoryFileSystem& fs) {
    acknowledged = false;
    fs.StartFrom(prepared);
    opened = OpenMemoryStore(fs);
    MUST(opened->local().core().packs->SealIdle());
    MUST(opened->Hold(AsBytes("in an open pack")));
  };
  workload.operation = [&](MemoryFileSystem&) -> Status {
    const OpenedStore open = std::move(opened);
    TRY(Backup(open->local(), {"backup", {}}));
    acknowledged = true;
    return Ok();
  };
  workload.verify = [&](MemoryFileSystem& fs) {
    const bool is_complete = fs.Stat("backup/backup.json").has_value();
    REQUIRE((is_complete || !acknowledged));
    SqliteVfs vfs(fs);
    if (!is_complete) MUST_FAIL(Restore(fs, "backup", "refused", vfs.name()), Errc::Invalid);
    if (is_complete) CheckBackup(fs, {data});
    CheckStore(fs, {data});
  };
  ForEveryFault(workload);
  ForEveryCrash(workload, 2);
}

// Between the two backups a collection rewrites a pack that the earlier one needs.
TEST_CASE("AnInterruptedBackupLeavesTheOneBeforeWhole") {
  const Bytes kept = Noise(40000, 8);
  const Bytes gone = Noise(50000, 9);
  const Bytes added = Noise(30000, 10);
  MemoryFileSystem prepared;
  MakeMemoryStore(prepared, {kept, gone});
  {
    const OpenedStore open = OpenMemoryStore(prepared);
    MUST(open->local().core().packs->SealIdle());
    MUST(Backup(open->local(), {"backup", {}}));
    LetGo(*open, gone);
    open->clock.Advance(100 * kDay);
    REQUIRE(MUST(Collect(open->local(), {})).packs_rewritten == 1);
    MUST(open->Hold(added));
  }
  bool acknowledged = false;
  OpenedStore opened;
  Workload workload;
  workload.setup = [&](MemoryFileSystem& fs) {
    acknowledged = false;
    fs.StartFrom(prepared);
    opened = OpenMemoryStore(fs);
  };
  workload.operation = [&](MemoryFileSystem&) -> Status {
    const OpenedStore open = std::move(opened);
    TRY(Backup(open->local(), {"backup", {}}));
    acknowledged = true;
    return Ok();
  };
  workload.verify = [&](MemoryFileSystem& fs) {
    SqliteVfs vfs(fs);
    const auto set = MUST(BackupDirectory(fs, "backup").CompleteSet());
    REQUIRE(set.has_value());
    if (acknowledged) REQUIRE(*set > 1);
    CheckBackup(fs, *set == 1 ? std::vector<Bytes>{kept, gone} : std::vector<Bytes>{kept, added});
    const OpenedStore open = OpenMemoryStore(fs);
    MUST(Backup(open->local(), {"backup", {}}));
    acknowledged = true;
    CheckBackup(fs, {kept, added});
  };
  ForEveryFault(workload);
  ForEveryCrash(workload, 2);
}

TEST_CASE("AFullDiskDoesNotKeepTheStoreFromOpening") {
  const Bytes kept = Noise(40000, 1);
  MemoryFileSystem fs;
  MakeMemoryStore(fs, {kept});
  fs.SetCapacity(0);
  {
    SqliteVfs vfs(fs);
    const auto packs = PackStore::Open(vfs.fs(), "data/packs");
    INFO((packs ? "" : packs.error().message()));
    REQUIRE(packs.has_value());
    const auto pack = MUST((*packs)->Get((*packs)->OpenIds().at(0)));
    ChunkDecoder decoder;
    Bytes raw(pack->entry(0).raw_bytes);
    MUST(pack->ReadChunk(0, raw, decoder, Pack::Verify::Always));
    MUST_FAIL((*packs)->Sync(), Errc::NoSpace);
    MUST((*packs)->CheckUsable());
    fs.SetCapacity(std::uint64_t{1} << 40);
    MUST((*packs)->Sync());
  }
  CheckStore(fs, {kept});
}

// The room for a block is taken before its bytes are there: after a kill it reads as zeros.
TEST_CASE("AppendsGoOnAfterACrashThatLeftRecordsWithoutBytes") {
  const Bytes kept = Noise(400000, 1);
  const Bytes later = Noise(900000, 2);
  MemoryFileSystem fs;
  MakeMemoryStore(fs, {kept});
  {
    const OpenedStore open = OpenMemoryStore(fs);
    auto lost = MUST(open->store->PutBytes(Noise(300000, 3)));
    MUST(open->store->Sync());
  }
  {
    const auto data = MUST(fs.Open("data/packs/open/00000001.data", OpenMode::ReadWrite));
    MUST(data->WriteAt(400000, Bytes(300000)));
  }
  const OpenedStore open = OpenMemoryStore(fs);
  FakeRandom random(1);
  const auto session = MUST(ContentSession::Begin(open->local(), random, {1, 1}));
  const ChunkList chunks = tests::Cut(later);
  MUST(session->Put(tests::Batch(later, chunks, MUST(session->Lacking(chunks)))));
  const auto file = MUST(session->Assemble(chunks, {HashSha256(later), later.size()}));
  CHECK(file.recipe.terms.at(0).pack != 1);  // no number of a lost chunk is given again
  tests::CheckMemoryStore(*open);
}
