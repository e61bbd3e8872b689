#include "federation/own_origin.h"

#include <array>

#include "federation/format/canonical_json.h"
#include "federation/format/opening.h"
#include "federation/origin_rows.h"
#include "storage/base/clock.h"
#include "storage/base/json.h"

namespace banyan::federation {
namespace {

using storage::Connection;

constexpr std::int64_t kDayS = 24 * 3600;
constexpr std::int64_t kEarliestS = 1'767'225'600;  // 2026: no machine of today is right before it

struct OwnRow {
  NodeId node;
  LogId log;
};

Result<std::optional<OwnRow>> FindOwn(Connection& connection) {
  auto rows = connection.Query(
      "SELECT id, node, (SELECT max(epoch) FROM log_entry WHERE origin = origin.id) "
      "FROM origin WHERE own = 1");
  std::optional<OwnRow> found;
  if (rows.Next()) {
    found = OwnRow{NodeId(rows.DigestAt<LogHash>(1)),
                   {rows.Int(0), static_cast<std::uint64_t>(rows.Int(2))}};
  }
  TRY(rows.status());
  return found;
}

Result<OwnRow> Begin(Connection& connection, const Genesis& genesis) {
  const NodeId node = genesis.node();
  TRY(connection.Execute("INSERT INTO origin(node, own) VALUES(?, 1)", node.genesis()));
  const LogId log{connection.LastInsertId(), 0};
  TRY(AppendEntry(connection, log, genesis.Render()));
  return OwnRow{node, log};
}

}  // namespace

Result<std::optional<NodeId>> FindOwnNode(Connection& connection) {
  const auto own = TRY(FindOwn(connection));
  return own ? std::optional(own->node) : std::nullopt;
}

Result<std::optional<LogId>> FindOwnLog(Connection& connection) {
  const auto own = TRY(FindOwn(connection));
  return own ? std::optional(own->log) : std::nullopt;
}

Result<OwnOrigin> OpenOwnOrigin(storage::Database& database, const SigningKeys& keys,
                                const std::function<Result<Sha256>()>& next, Random& random) {
  std::optional<OwnRow> own;
  TRY(database.Write([&](Connection& connection) -> Status {
    own = TRY(FindOwn(connection));
    if (!own) {
      std::array<std::uint8_t, 16> salt{};
      random.Fill(salt);
      const Sha256 committed = TRY(next());
      own = TRY(Begin(connection, {{keys.public_keys(), committed, {}}, ToHex(salt)}));
    }
    if (TRY(StatedKeys(connection, own->log)).keys == keys.public_keys()) return Ok();
    return Error(Errc::Conflict,
                 "node.seed is not the seed that the log of this catalog was begun with: put the "
                 "seed back from the same backup as the catalog");
  }));
  return OwnOrigin{own->node, own->log, keys};
}

Status RequireSigningClock(Connection& connection, LogId log, std::int64_t now_ms) {
  const auto count = TRY(CountEntries(connection, log));
  const auto entry = TRY(ReadEntries(connection, log, count - 1, 1));
  const auto last_s = FindInt(TRY(ParseCanonical(entry.front())), "time").value_or(kEarliestS);
  const std::int64_t now_s = now_ms / 1000;
  if (now_s >= kEarliestS && now_s >= last_s - kDayS) return Ok();
  return Error(Errc::Unavailable, "the clock says " + ToIsoTime(now_ms) +
                                      ", which is before what was signed already: set it, then "
                                      "what waits is written");
}

}  // namespace banyan::federation
