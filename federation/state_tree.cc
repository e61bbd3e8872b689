#include "federation/state_tree.h"

#include <algorithm>
#include <vector>

#include "storage/history/search_tree.h"

namespace banyan::federation {

using storage::Connection;

Result<StateEntry> StateOf(Connection& connection, std::int64_t origin) {
  std::vector<storage::SearchChange> cards;
  // Read as they lie, and sorted here: in the order of their keys each row would be somewhere else.
  auto rows = connection.Query(
      "SELECT key, leaf, epoch, position FROM repository_card WHERE origin = ? AND number > 0 "
      "ORDER BY id",
      origin);
  while (rows.Next()) {
    ByteWriter value;
    value.Raw(rows.Blob(1));
    value.Varint(static_cast<std::uint64_t>(rows.Int(2)));
    value.Varint(static_cast<std::uint64_t>(rows.Int(3)));
    cards.push_back({std::string(AsText(rows.Blob(0))), std::string(AsText(value.bytes()))});
  }
  TRY(rows.status());
  std::ranges::sort(cards, {}, &storage::SearchChange::key);
  storage::MemoryNodes nodes;
  const Sha256 empty = TRY(storage::EmptyTree(nodes));
  return StateEntry{TRY(storage::UpdateTree(nodes, empty, cards)), cards.size()};
}

Result<std::optional<PlacedState>> FindState(Connection& connection, LogId log) {
  std::optional<PlacedState> found;
  auto rows =
      connection.Query("SELECT position, taken_ms FROM state_entry WHERE origin = ? AND epoch = ?",
                       log.origin, log.epoch);
  if (rows.Next()) found = PlacedState{static_cast<std::uint64_t>(rows.Int(0)), rows.Int(1)};
  TRY(rows.status());
  return found;
}

Status PutState(Connection& connection, LogId log, std::uint64_t position, const StateEntry& state,
                std::int64_t now_ms) {
  return connection.Execute(
      "INSERT OR REPLACE INTO state_entry(origin, epoch, position, root, cards, taken_ms) "
      "VALUES(?, ?, ?, ?, ?, ?)",
      log.origin, log.epoch, position, state.root, state.cards, now_ms);
}

}  // namespace banyan::federation
