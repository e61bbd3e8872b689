#include "node/known_keys.h"

#include "federation/follow/followed_log.h"
#include "federation/origin_rows.h"

namespace banyan::node {
namespace {

using federation::IntroducedKeys;
using federation::NodeId;
using storage::Connection;
using Keys = std::optional<IntroducedKeys>;

// By its log.
Result<Keys> HeldKeys(Connection& connection, const NodeId& node) {
  const auto origin = TRY(federation::FindOrigin(connection, node));
  if (!origin || origin->is_own) return Keys();
  const auto log = TRY(federation::FindFollowedLog(connection, origin->row, node));
  if (!log.keys) return Keys();
  return Keys(IntroducedKeys{log.log.epoch, log.keys->keys});
}

Keys Read(const NodeId& node, std::string_view introduction) {
  auto keys = federation::ReadIntroduction(node, introduction);
  return keys ? Keys(*std::move(keys)) : Keys();
}

// By what it showed before.
Result<Keys> KeptKeys(Connection& connection, const NodeId& node) {
  auto rows =
      connection.Query("SELECT introduction FROM introduced_node WHERE node = ?", node.genesis());
  const auto keys = rows.Next() ? Read(node, rows.Text(0)) : Keys();
  TRY(rows.status());
  return keys;
}

Keys Later(Keys one, Keys other) {
  if (!one) return other;
  return other && other->epoch > one->epoch ? other : one;
}

}  // namespace

Result<std::optional<federation::KeySet>> KnownKeys::Find(
    const NodeId& node, std::optional<std::string_view> introduction) {
  auto lease = TRY(database_.Read());
  auto keys = Later(TRY(HeldKeys(*lease, node)), TRY(KeptKeys(*lease, node)));
  if (introduction) keys = Later(std::move(keys), Read(node, *introduction));
  return keys ? std::optional(keys->keys) : std::nullopt;
}

Status KnownKeys::Keep(const NodeId& node, std::string_view introduction) {
  const auto shown = Read(node, introduction);
  if (!shown) return Ok();
  {
    auto lease = TRY(database_.Read());
    const auto kept = TRY(KeptKeys(*lease, node));
    if (kept && kept->epoch >= shown->epoch) return Ok();
  }
  return database_.Write([&](Connection& connection) {
    return connection.Execute(
        "INSERT OR REPLACE INTO introduced_node(node, introduction) VALUES(?, ?)", node.genesis(),
        introduction);
  });
}

}  // namespace banyan::node
