#pragma once
// SQLite on a FileSystem, so that databases take part in fault and crash loops:
//
//   SqliteVfs vfs(fs);
//   sqlite3_open_v2("catalog.db", &db, flags, vfs.name());
//
// File locks and the WAL index (shared memory) live in this object and work between connections
// of one process, as threads or one after another. A power loss ends a process: close every
// connection before MemoryFileSystem::Crash. Time, randomness and sleeping are the default VFS's.

#include <sqlite3.h>

#include <map>
#include <memory>
#include <string>

#include "storage/base/file_system.h"
#include "storage/base/mutex.h"

namespace banyan {

struct SqliteShared;  // what the connections to one database file share

// Registered with SQLite for its whole life; outlives its connections. Thread safe.
class SqliteVfs {
 public:
  explicit SqliteVfs(FileSystem& fs);
  ~SqliteVfs();
  SqliteVfs(const SqliteVfs&) = delete;
  SqliteVfs& operator=(const SqliteVfs&) = delete;

  const char* name() const { return name_.c_str(); }
  FileSystem& fs() { return fs_; }

  // For the files of this VFS.
  std::shared_ptr<SqliteShared> Share(const std::string& path);
  std::string TemporaryName();

 private:
  FileSystem& fs_;
  const std::string name_;
  sqlite3_vfs vfs_;
  Mutex mutex_;
  std::map<std::string, std::weak_ptr<SqliteShared>> shared_ GUARDED_BY(mutex_);
  std::uint64_t temporaries_ GUARDED_BY(mutex_) = 0;
};

}  // namespace banyan
