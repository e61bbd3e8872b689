#pragma once
// A content store and its catalog on a memory file system, opened and closed like a process would,
// for fault loops.

#include <memory>
#include <vector>

#include "storage/catalog/schema.h"
#include "storage/content/local_content_store.h"
#include "storage/content/scrub.h"
#include "tests/support/fake_clock.h"
#include "tests/support/must.h"
#include "tests/support/sqlite_vfs.h"

namespace banyan::tests {

struct MemoryStore {
  SqliteVfs vfs;
  FakeClock clock;
  std::unique_ptr<storage::Database> database;
  std::unique_ptr<storage::ContentStore> store;

  explicit MemoryStore(FileSystem& fs) : vfs(fs) {}
  // The directory must be there; the catalog is made if absent.
  Status Open(const std::string& directory = "data") {
    database = TRY(storage::Database::Open({directory + "/catalog.db", vfs.name()}));
    TRY(storage::Migrate(*database));
    store = TRY(storage::ContentStore::Open(clock, vfs.fs(), *database, {directory, 0}));
    return Ok();
  }
  storage::LocalContentStore& local() { return static_cast<storage::LocalContentStore&>(*store); }

  // Stores `data` and has repository 1 hold it, as a commit would.
  Status Hold(ByteView data) {
    auto put = TRY(store->PutBytes(data, 1));
    TRY(store->Sync());
    return database->Write([&](storage::Connection& c) -> Status {
      put.content.row = TRY(storage::RecordFile(c, put.content, 1));
      return storage::HoldFile(c, 1, put.content, storage::Holding::Committed, 1);
    });
  }
  std::int64_t Number(std::string_view sql) {
    auto lease = MUST(database->Read());
    auto rows = lease->Query(sql);
    REQUIRE(rows.Next());
    return rows.Int(0);
  }
};

// Opened by a workload's setup, so that its loop counts only the operation itself; closed by the
// operation.
using OpenedStore = std::unique_ptr<MemoryStore>;
inline OpenedStore OpenMemoryStore(FileSystem& fs, const std::string& directory = "data") {
  auto opened = std::make_unique<MemoryStore>(fs);
  MUST(opened->Open(directory));
  return opened;
}

// "data" with user "o" and its public repository "r", both row 1, holding `contents`.
inline void MakeMemoryStore(FileSystem& fs, const std::vector<Bytes>& contents) {
  MUST(fs.CreateDirectories("data"));
  auto opened = OpenMemoryStore(fs);
  MUST(opened->database->Write([](storage::Connection& c) -> Status {
    TRY(c.Execute("INSERT INTO namespace(name, folded, kind, created_ms) VALUES('o','o',0,0)"));
    TRY(
        c.Execute("INSERT INTO repository(uid, kind, namespace, name, folded, created_ms,"
                  " updated_ms) VALUES(x'00', 0, 1, 'r', 'r', 0, 0)"));
    return c.Execute("INSERT INTO repository_document(repository) VALUES(1)");
  }));
  for (const Bytes& data : contents) MUST(opened->Hold(data));
}

// Every file row has its bytes, and the catalog is whole.
inline void CheckMemoryStore(MemoryStore& opened) {
  std::vector<storage::FileContent> files;
  auto lease = MUST(opened.database->Read());
  {
    std::vector<std::int64_t> ids;
    auto rows = lease->Query("SELECT id FROM file");
    while (rows.Next()) ids.push_back(rows.Int(0));
    MUST(Status(rows.status()));
    for (const std::int64_t id : ids) files.push_back(MUST(storage::GetFile(*lease, id)));
  }
  for (const auto& file : files) MUST(storage::VerifyFile(*opened.store, file));
  auto check = lease->Query("PRAGMA integrity_check");
  REQUIRE(check.Next());
  REQUIRE(check.Text(0) == "ok");
  auto keys = lease->Query("PRAGMA foreign_key_check");
  REQUIRE_FALSE(keys.Next());
}

}  // namespace banyan::tests
