// Every disk fault and every power loss during put, session upload, collection and backup: what
// was acknowledged is there with its bytes, nothing half-done shows, and the next run works.
#include "storage/catalog/schema.h"
#include "storage/content/backup.h"
#include "storage/content/collector.h"
#include "storage/content/content_session.h"
#include "storage/content/scrub.h"
#include "tests/support/chunks.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_random.h"
#include "tests/support/fault_loop.h"
#include "tests/support/sqlite_vfs.h"
#include "tests/support/store_fixture.h"

using namespace banyan;
using namespace banyan::storage;
using banyan::tests::Noise;

namespace {

constexpr std::int64_t kDay = 24 * 3600 * 1000;

// A store on a memory file system, opened and closed like a process would.
struct OpenStore {
  SqliteVfs vfs;
  FakeClock clock;
  std::unique_ptr<Database> database;
  std::unique_ptr<ContentStore> store;

  explicit OpenStore(MemoryFileSystem& fs) : vfs(fs) {}
  Status Open(MemoryFileSystem& fs) {
    database = TRY(Database::Open({"data/catalog.db", vfs.name()}));
    store = TRY(ContentStore::Open(clock, fs, *database, {"data", 0}));
    return Ok();
  }
  LocalContentStore& local() { return static_cast<LocalContentStore&>(*store); }

  Status Commit(ByteView data) {
    auto put = TRY(store->PutBytes(data));
    TRY(store->Sync());
    return database->Write([&](Connection& c) -> Status {
      const auto row = TRY(RecordFile(c, put.content, 1));
      return HoldFile(c, 1, row, Holding::Committed, 1);
    });
  }
};

// Opened by a workload's setup, so that its loop counts only the operation itself; closed by the
// operation. OpeningSurvivesEveryFault covers the start.
using Opened = std::unique_ptr<OpenStore>;
Opened OpenAt(MemoryFileSystem& fs) {
  auto open = std::make_unique<OpenStore>(fs);
  MUST(open->Open(fs));
  return open;
}

void MakeStore(MemoryFileSystem& fs, const std::vector<Bytes>& contents) {
  MUST(fs.CreateDirectories("data"));
  OpenStore open(fs);
  open.database = MUST(Database::Open({"data/catalog.db", open.vfs.name()}));
  MUST(Migrate(*open.database));
  MUST(open.database->Write([](Connection& c) -> Status {
    TRY(c.Execute("INSERT INTO namespace(name, folded, kind, created_ms) VALUES('o','o',0,0)"));
    TRY(
        c.Execute("INSERT INTO repository(uid, kind, namespace, name, folded, created_ms,"
                  " updated_ms) VALUES(x'00', 0, 1, 'r', 'r', 0, 0)"));
    return c.Execute("INSERT INTO repository_document(repository) VALUES(1)");
  }));
  open.store = MUST(ContentStore::Open(open.clock, fs, *open.database, {"data", 0}));
  for (const Bytes& data : contents) MUST(open.Commit(data));
}

// All rows have their bytes, and the contents named are among them.
void CheckStore(MemoryFileSystem& fs, const std::vector<Bytes>& must_have) {
  OpenStore open(fs);
  MUST(open.Open(fs));
  auto lease = MUST(open.database->Read());
  std::vector<std::int64_t> files;
  {
    auto rows = lease->Query("SELECT id FROM file");
    while (rows.Next()) files.push_back(rows.Int(0));
    MUST(Status(rows.status()));
  }
  for (const std::int64_t row : files) MUST(VerifyFile(*open.store, MUST(GetFile(*lease, row))));
  auto check = lease->Query("PRAGMA integrity_check");
  REQUIRE(check.Next());
  REQUIRE(check.Text(0) == "ok");
  for (const Bytes& data : must_have) {
    auto other = MUST(open.database->Read());
    REQUIRE(MUST(FindFile(*other, HashSha256(data))).has_value());
  }
  MUST(open.Commit(AsBytes("the store takes new files again")));
}

}  // namespace

TEST_CASE("PutSurvivesEveryFaultAndEveryCrash") {
  const Bytes first = Noise(40000, 1);
  const Bytes second = Noise(50000, 2);
  std::vector<Bytes> acknowledged;
  Opened opened;
  Workload workload;
  workload.setup = [&](MemoryFileSystem& fs) {
    acknowledged = {first};
    MakeStore(fs, {first});
    opened = OpenAt(fs);
  };
  workload.operation = [&](MemoryFileSystem&) -> Status {
    const Opened open = std::move(opened);
    TRY(open->Commit(second));
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
  MakeStore(fs, {data});
  for (std::uint64_t nth = 1;; ++nth) {
    INFO("operation " << nth);
    fs.SetFault({.kind = FaultKind::Io, .nth = nth});
    {
      OpenStore open(fs);
      const Status status = open.Open(fs);
      (void)status.has_value();
    }
    const bool struck = fs.struck() > 0;
    fs.ClearFault();
    if (!struck) break;
    OpenStore open(fs);
    MUST(open.Open(fs));
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
  Opened opened;
  Workload workload;
  workload.setup = [&](MemoryFileSystem& fs) {
    put = false;
    acknowledged.clear();
    MakeStore(fs, {});
    opened = OpenAt(fs);
    FakeRandom random(1);
    name = MUST(ContentSession::Begin(opened->local(), random, {1, 1}))->name();
  };
  workload.operation = [&](MemoryFileSystem&) -> Status {
    const Opened open = std::move(opened);
    auto session = TRY(ContentSession::Resume(open->local(), name, {1, 1}));
    TRY(session->Put(batch));
    put = true;
    TRY(session->Assemble(chunks, {HashSha256(data), data.size()}));
    acknowledged.push_back(data);
    return Ok();
  };
  workload.verify = [&](MemoryFileSystem& fs) {
    CheckStore(fs, acknowledged);
    OpenStore open(fs);
    MUST(open.Open(fs));
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
  Opened opened;
  Workload workload;
  workload.setup = [&](MemoryFileSystem& fs) {
    MakeStore(fs, {kept, gone});
    opened = OpenAt(fs);
    MUST(opened->local().core().packs->SealIdle());
    MUST(opened->database->Write([&](Connection& c) -> Status {
      const std::int64_t row = TRY(FindFile(c, HashSha256(gone))).value().row;
      TRY(ReleaseFile(c, 1, row));
      return c.Execute("UPDATE file SET unreferenced_ms = 1 WHERE id = ?", row);
    }));
  };
  workload.operation = [&](MemoryFileSystem&) -> Status {
    const Opened open = std::move(opened);
    open->clock.Advance(100 * kDay);
    TRY(Collect(open->local(), {}));
    return Ok();
  };
  workload.verify = [&](MemoryFileSystem& fs) { CheckStore(fs, {kept}); };
  for (const auto kind : {FaultKind::Io, FaultKind::NoSpace, FaultKind::ShortWrite}) {
    RunUntilNothingStrikes(workload, {.kind = kind}, 0);
  }
  ForEveryCrash(workload, 2);
}

TEST_CASE("BackupIsCompleteOrRefusedAfterEveryFault") {
  const Bytes data = Noise(40000, 6);
  Opened opened;
  Workload workload;
  workload.setup = [&](MemoryFileSystem& fs) {
    MakeStore(fs, {data});
    opened = OpenAt(fs);
  };
  workload.operation = [&](MemoryFileSystem&) -> Status {
    const Opened open = std::move(opened);
    TRY(Backup(open->local(), {"backup", {}}));
    return Ok();
  };
  workload.verify = [&](MemoryFileSystem& fs) {
    CheckStore(fs, {data});
    if (!fs.Stat("backup/backup.json")) return;
    auto packs = MUST(PackStore::Open(fs, "backup/packs"));
    SqliteVfs vfs(fs);
    auto catalog = MUST(Connection::Open({"backup/catalog.db", vfs.name(), true}));
    auto rows = catalog->Query("PRAGMA integrity_check");
    REQUIRE(rows.Next());
    REQUIRE(rows.Text(0) == "ok");
    const auto file = MUST(FindFile(*catalog, HashSha256(data)));
    REQUIRE(file.has_value());
    for (const Term& term : file->recipe.terms) MUST(packs->Get(term.pack));
  };
  RunUntilNothingStrikes(workload, {.kind = FaultKind::Io}, 0);
  RunUntilNothingStrikes(workload, {.kind = FaultKind::NoSpace, .forever = true}, 0);
}
