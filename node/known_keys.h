#pragma once
// The keys of other nodes that sign requests to this one: those of the log that is held here, and
// those that the node showed of itself, whichever are of the later epoch. What it showed is kept,
// so that keys which it has given up do not count again after a restart.
//
// Thread safe.

#include "federation/format/introduction.h"
#include "storage/base/sqlite.h"

namespace banyan::node {

class KnownKeys {
 public:
  explicit KnownKeys(storage::Database& database) : database_(database) {}

  // With what the node shows now, if anything; what proves nothing counts for nothing. nullopt: no
  // keys are known. Errors are the catalog's own.
  Result<std::optional<federation::KeySet>> Find(const federation::NodeId& node,
                                                 std::optional<std::string_view> introduction);
  // Keeps what a node showed that has signed with its keys, if its epoch is later than what is
  // kept.
  Status Keep(const federation::NodeId& node, std::string_view introduction);

 private:
  storage::Database& database_;
};

}  // namespace banyan::node
