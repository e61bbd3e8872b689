#pragma once
// Followed repositories that are to be brought to another state than they are in. A round in which
// nothing changed does not look through all of them to find that there is none.

#include <cstdint>
#include <optional>
#include <vector>

#include "storage/base/sqlite.h"

namespace banyan::federation {

// Used by one thread.
class WaitingMirrors {
 public:
  enum class Pauses { Heed, Ignore };  // after a failure

  explicit WaitingMirrors(storage::Database& database) : database_(database) {}
  // Cards, the one that waited longest first, with a limit.
  Result<std::vector<std::int64_t>> List(storage::Connection& connection, Pauses pauses,
                                         std::int64_t now_ms);

 private:
  Result<std::int64_t> Version();

  storage::Database& database_;
  std::optional<storage::Database::Lease> watcher_;
  // None waits as long as the catalog has this version, until then.
  struct Quiet {
    std::int64_t version = 0;
    std::int64_t until_ms = 0;
  };
  std::optional<Quiet> quiet_;
};

}  // namespace banyan::federation
