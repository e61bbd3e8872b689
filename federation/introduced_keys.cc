#include "federation/introduced_keys.h"

#include "federation/origin_rows.h"
#include "federation/own_origin.h"

namespace banyan::federation {
namespace {

using storage::Connection;

struct EpochKey {
  std::uint64_t epoch = 0;
  PublicKey key;
};

Result<std::optional<EpochKey>> StatedKey(Connection& connection, const NodeId& node) {
  std::optional<EpochKey> found;
  const auto origin = TRY(FindOrigin(connection, node));
  if (!origin) return found;
  auto rows = connection.Query("SELECT max(epoch) FROM log_head WHERE origin = ?", origin->row);
  const bool is_held = rows.Next() && !rows.IsNull(0);
  const auto epoch = is_held ? static_cast<std::uint64_t>(rows.Int(0)) : 0;
  TRY(Status(rows.status()));
  if (!is_held) return found;
  const auto stated = TRY(StatedKeys(connection, {origin->row, epoch}));
  found = EpochKey{epoch, stated.keys.mirror};
  return found;
}

Result<std::optional<EpochKey>> IntroducedKey(Connection& connection, const NodeId& node) {
  std::optional<EpochKey> found;
  auto rows =
      connection.Query("SELECT epoch, key FROM introduced_key WHERE node = ?", node.genesis());
  if (rows.Next()) {
    const auto key = TRY(PublicKey::FromBytes(rows.Blob(1)));
    found = EpochKey{static_cast<std::uint64_t>(rows.Int(0)), key};
  }
  TRY(Status(rows.status()));
  return found;
}

}  // namespace

Result<std::optional<NoteKey>> FindMirrorKey(Connection& connection, const NodeId& node) {
  auto key = TRY(StatedKey(connection, node));
  const auto introduced = TRY(IntroducedKey(connection, node));
  if (introduced && (!key || key->epoch < introduced->epoch)) key = introduced;
  return key ? std::optional(MirrorKey(node, key->key)) : std::nullopt;
}

Result<std::vector<NoteKey>> ListOwnMirrorKeys(Connection& connection) {
  std::vector<NoteKey> keys;
  const auto node = TRY(FindOwnNode(connection));
  const auto log = TRY(FindOwnLog(connection));
  if (!node || !log) return keys;
  for (LogId epoch{log->origin, 0}; epoch.epoch <= log->epoch; ++epoch.epoch) {
    keys.push_back(MirrorKey(*node, TRY(StatedKeys(connection, epoch)).keys.mirror));
  }
  return keys;
}

Result<std::string> IntroductionOf(Connection& connection, LogId log) {
  std::vector<Bytes> openings;
  for (LogId epoch{log.origin, 0}; epoch.epoch <= log.epoch; ++epoch.epoch) {
    auto first = TRY(ReadEntries(connection, epoch, 0, 1));
    openings.push_back(std::move(first.front()));
  }
  return IntroductionText(openings);
}

Status PutIntroduced(Connection& connection, const NodeId& node, const IntroducedKeys& keys) {
  return connection.Execute(
      "INSERT INTO introduced_key(node, epoch, key) VALUES(?, ?, ?) ON CONFLICT(node) DO UPDATE "
      "SET epoch = excluded.epoch, key = excluded.key WHERE excluded.epoch > epoch",
      node.genesis(), keys.epoch, keys.keys.mirror.bytes());
}

}  // namespace banyan::federation
