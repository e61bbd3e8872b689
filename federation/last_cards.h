#pragma once
// What the cards of a log said when it was shorter. Functions work on the connection they are
// given.

#include <map>
#include <optional>

#include "federation/format/repository_key.h"
#include "federation/log_rows.h"
#include "storage/base/json.h"

namespace banyan::federation {

// Where in its log an entry is, and its leaf hash.
struct EntryPlace {
  LogId log;
  std::uint64_t position = 0;
  LogHash leaf;
};

struct PlacedCard {
  EntryPlace place;
  Json entry;
};
// The last card of each repository; nullopt: it had none.
using LastCards = std::map<RepositoryKey, std::optional<PlacedCard>>;

// As of the first `size` entries of this epoch, of the repositories that have a later card. Reads
// the log from its first epoch, unless there are none.
Result<LastCards> FindLastCards(storage::Connection& connection, LogId log, std::uint64_t size);

}  // namespace banyan::federation
