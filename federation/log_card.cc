#include "federation/log_card.h"

#include "federation/format/canonical_json.h"
#include "storage/base/json.h"

namespace banyan::federation {

Result<Card> ReadCard(storage::Connection& connection, LogId log, std::uint64_t position) {
  const auto entries = TRY(ReadEntries(connection, log, position, 1));
  return Card::Parse(TRY(ParseCanonical(entries.front())));
}

}  // namespace banyan::federation
