#include "federation/origin_rows.h"

#include "federation/format/canonical_json.h"
#include "storage/base/json.h"

namespace banyan::federation {

using storage::Connection;

Result<std::optional<OriginRow>> FindOrigin(Connection& connection, const NodeId& node) {
  auto rows = connection.Query("SELECT id, own FROM origin WHERE node = ?", node.genesis());
  std::optional<OriginRow> found;
  if (rows.Next()) found = OriginRow{rows.Int(0), rows.Int(1) != 0};
  TRY(rows.status());
  return found;
}

Result<OriginRow> NeedOrigin(Connection& connection, const NodeId& node) {
  if (const auto found = TRY(FindOrigin(connection, node))) return *found;
  TRY(connection.Execute("INSERT INTO origin(node) VALUES(?)", node.genesis()));
  return OriginRow{connection.LastInsertId(), false};
}

Status NoteShown(Connection& connection, std::int64_t origin, const std::string& peer) {
  return connection.Execute("UPDATE origin SET peer = ? WHERE id = ?", peer, origin);
}

Result<std::string> FindShown(Connection& connection, std::int64_t origin) {
  auto rows = connection.Query("SELECT peer FROM origin WHERE id = ?", origin);
  std::string peer = rows.Next() ? rows.Text(0) : "";
  TRY(rows.status());
  return peer;
}

Result<EpochKeys> StatedKeys(Connection& connection, LogId log) {
  const auto first = TRY(ReadEntries(connection, log, 0, 1));
  const Json entry = TRY(ParseCanonical(first.front()));
  if (log.epoch == 0) return TRY(Genesis::Parse(entry)).epoch;
  return TRY(Opening::Parse(entry)).keys;
}

}  // namespace banyan::federation
