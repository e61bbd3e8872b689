#include "federation/known_keys.h"

#include "federation/origin_rows.h"
#include "federation/own_origin.h"

namespace banyan::federation {
namespace {

using storage::Connection;
using Keys = std::optional<IntroducedKeys>;

// By its log.
Result<Keys> HeldKeys(Connection& connection, const NodeId& node) {
  const auto origin = TRY(FindOrigin(connection, node));
  if (!origin || origin->is_own) return Keys();
  auto rows = connection.Query("SELECT max(epoch) FROM log_head WHERE origin = ?", origin->row);
  const bool is_held = rows.Next() && !rows.IsNull(0);
  const auto epoch = is_held ? static_cast<std::uint64_t>(rows.Int(0)) : 0;
  TRY(Status(rows.status()));
  if (!is_held) return Keys();
  const auto stated = TRY(StatedKeys(connection, {origin->row, epoch}));
  return Keys(IntroducedKeys{epoch, stated.keys});
}

Keys Read(const NodeId& node, std::string_view introduction) {
  auto keys = ReadIntroduction(node, introduction);
  return keys ? Keys(*std::move(keys)) : Keys();
}

// By what it showed before.
Result<Keys> KeptKeys(Connection& connection, const NodeId& node) {
  auto rows =
      connection.Query("SELECT introduction FROM introduced_node WHERE node = ?", node.genesis());
  const auto keys = rows.Next() ? Read(node, rows.Text(0)) : Keys();
  TRY(Status(rows.status()));
  return keys;
}

Keys Later(Keys one, Keys other) {
  if (!one) return other;
  return other && other->epoch > one->epoch ? other : one;
}

}  // namespace

Result<std::optional<KeySet>> FindKeys(Connection& connection, const NodeId& node,
                                       std::optional<std::string_view> introduction) {
  auto keys = Later(TRY(HeldKeys(connection, node)), TRY(KeptKeys(connection, node)));
  if (introduction) keys = Later(std::move(keys), Read(node, *introduction));
  return keys ? std::optional(keys->keys) : std::nullopt;
}

Status KeepIntroduction(storage::Database& database, const NodeId& node,
                        std::string_view introduction) {
  const auto shown = Read(node, introduction);
  if (!shown) return Ok();
  {
    auto lease = TRY(database.Read());
    const auto kept = TRY(KeptKeys(*lease, node));
    if (kept && kept->epoch >= shown->epoch) return Ok();
  }
  return database.Write([&](Connection& connection) {
    return connection.Execute(
        "INSERT OR REPLACE INTO introduced_node(node, introduction) VALUES(?, ?)", node.genesis(),
        introduction);
  });
}

Result<std::string> IntroductionOf(Connection& connection, LogId log) {
  std::vector<Bytes> openings;
  for (LogId epoch{log.origin, 0}; epoch.epoch <= log.epoch; ++epoch.epoch) {
    auto first = TRY(ReadEntries(connection, epoch, 0, 1));
    openings.push_back(std::move(first.front()));
  }
  return IntroductionText(openings);
}

Result<std::optional<NoteKey>> FindMirrorKey(Connection& connection, const NodeId& node) {
  const auto keys = TRY(FindKeys(connection, node));
  return keys ? std::optional(MirrorKey(node, keys->mirror)) : std::nullopt;
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

}  // namespace banyan::federation
