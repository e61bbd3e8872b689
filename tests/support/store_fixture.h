#pragma once
// A content store with its catalog in a temporary directory, for tests of the storage room.

#include <memory>
#include <random>
#include <string>

#include "storage/base/clock.h"
#include "storage/base/file_system.h"
#include "storage/catalog/schema.h"
#include "storage/content/content_store.h"
#include "storage/content/local_content_store.h"
#include "tests/support/must.h"
#include "tests/support/temp_directory.h"

namespace banyan::tests {

// `size` bytes that do not compress, the same for the same seed.
inline Bytes Noise(std::size_t size, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  Bytes out(size + 8);
  for (std::size_t i = 0; i < size; i += 8) StoreLe<std::uint64_t>(&out[i], random());
  out.resize(size);
  return out;
}

struct StoreFixture {
  TempDirectory directory;
  FileSystem& fs = DiskFileSystem();
  std::string root = directory.path();
  std::unique_ptr<storage::Database> database;
  std::unique_ptr<storage::ContentStore> store;

  StoreFixture() { Reopen(); }
  ~StoreFixture() { Close(); }
  void Close() {
    store.reset();
    database.reset();
  }
  void Reopen() {
    Close();
    database = MUST(storage::Database::Open({root + "/catalog.db", ""}));
    MUST(storage::Migrate(*database));
    store = MUST(storage::ContentStore::Open(SystemClock(), fs, *database, {root, 0}));
  }
  storage::LocalContentStore& local() { return static_cast<storage::LocalContentStore&>(*store); }
  // Stores `data` and has the repository hold it, as a commit would.
  storage::FileContent Commit(std::int64_t repository, ByteView data) {
    auto put = MUST(store->PutBytes(data, repository));
    MUST(store->Sync());
    MUST(database->Write([&](storage::Connection& c) -> Status {
      put.content.row = TRY(storage::RecordFile(c, put.content, 1));
      TRY(storage::HoldFile(c, repository, put.content, storage::Holding::Committed, 1));
      put.content = TRY(storage::GetHeldFile(c, repository, put.content.row));
      return Ok();
    }));
    return put.content;
  }
  // A repository row owned by user "owner", without the layers above.
  std::int64_t AddRepository(const std::string& name, bool is_private) {
    std::int64_t id = 0;
    MUST(database->Write([&](storage::Connection& c) -> Status {
      TRY(
          c.Execute("INSERT OR IGNORE INTO namespace(name, folded, kind, created_ms)"
                    " VALUES('owner', 'owner', 0, 0)"));
      TRY(
          c.Execute("INSERT INTO repository(uid, kind, namespace, name, folded, private,"
                    " created_ms, updated_ms) VALUES(?, 0, (SELECT id FROM namespace WHERE"
                    " folded = 'owner'), ?, ?, ?, 0, 0)",
                    HashSha256(AsBytes(name)), name, name, is_private));
      id = c.LastInsertId();
      return c.Execute("INSERT INTO repository_document(repository) VALUES(?)", id);
    }));
    return id;
  }
};

}  // namespace banyan::tests
