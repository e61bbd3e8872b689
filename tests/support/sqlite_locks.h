#pragma once
// The locks and the WAL index that connections to one database share, as SQLite's own VFS keeps
// them in fcntl locks and a mapped "-shm" file (https://www.sqlite.org/walformat.html section 2).
// Functions return SQLite result codes. Thread safe.

#include <sqlite3.h>

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "storage/base/mutex.h"

namespace banyan {

struct SqliteShared;

// The locks one connection holds. Given up with Unlock(SQLITE_LOCK_NONE) and ShmUnmap.
class SqliteLocks {
 public:
  explicit SqliteLocks(std::shared_ptr<SqliteShared> shared) : shared_(std::move(shared)) {}

  // `level` is SQLITE_LOCK_*. On SQLITE_BUSY a PENDING lock may have been gained.
  int Lock(int level);
  int Unlock(int level);
  // Whether any connection holds RESERVED or more.
  bool Reserved() const;

  // Region `index` of the WAL index; null when it does not exist and `extend` is false.
  void volatile* ShmMap(int index, int size_bytes, bool extend);
  // `flags` as for sqlite3_io_methods::xShmLock.
  int ShmLock(int first, int count, int flags);
  // Orders this thread's reads and writes of the index with those of others: a mutex, since thread
  // sanitizers do not follow fences.
  void ShmBarrier();
  // Drops the index when this was its last user.
  void ShmUnmap();

 private:
  std::shared_ptr<SqliteShared> shared_;
  int level_ = SQLITE_LOCK_NONE;
  bool shm_user_ = false;
  std::array<bool, SQLITE_SHM_NLOCK> shm_reads_{};
  std::array<bool, SQLITE_SHM_NLOCK> shm_writes_{};
};

struct SqliteShared {
  Mutex mutex;
  int readers GUARDED_BY(mutex) = 0;
  const SqliteLocks* writer GUARDED_BY(mutex) = nullptr;  // holds RESERVED or more
  bool pending GUARDED_BY(mutex) = false;                 // the writer lets no reader in
  int shm_users GUARDED_BY(mutex) = 0;
  std::vector<std::unique_ptr<std::uint64_t[]>> shm_regions GUARDED_BY(mutex);
  std::array<int, SQLITE_SHM_NLOCK> shm_readers GUARDED_BY(mutex){};
  std::array<bool, SQLITE_SHM_NLOCK> shm_writer GUARDED_BY(mutex){};
};

}  // namespace banyan
