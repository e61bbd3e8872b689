#pragma once
// Whether the node can do its work right now: the disk takes a write, there is room, the catalog
// answers, and no failed sync has stopped uploads. Thread safe.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "storage/base/clock.h"
#include "storage/base/file_system.h"
#include "storage/base/mutex.h"
#include "storage/base/sqlite.h"

namespace banyan::node {

class Health {
 public:
  struct Parts {
    Clock& clock;
    FileSystem& fs;
    storage::Database& database;
    std::string directory;
    std::uint64_t min_free_bytes = 0;
    std::function<Status()> store;  // whether the content store takes uploads
  };
  explicit Health(const Parts& parts) : parts_(parts) {}

  // The first thing that is wrong. Looks at most once a second, however often it is asked.
  Status Check();

 private:
  Status Probe();

  const Parts parts_;
  Mutex mutex_;
  std::optional<std::int64_t> checked_ms_ GUARDED_BY(mutex_);  // monotonic
  Status last_ GUARDED_BY(mutex_);
};

}  // namespace banyan::node
