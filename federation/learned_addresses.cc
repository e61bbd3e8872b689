#include "federation/learned_addresses.h"

#include <map>

#include "federation/format/canonical_json.h"
#include "federation/origin_rows.h"
#include "storage/base/json.h"

namespace banyan::federation {
namespace {

using storage::Connection;

constexpr std::int64_t kMaxOfLog = 1000;
constexpr std::int64_t kMoreAtMost = 100;  // before the oldest go, together

std::string Joined(const std::vector<std::string>& addresses) {
  std::string text;
  for (const auto& address : addresses) {
    if (IsDialable(address)) text += address + "\n";
  }
  return text;
}

std::vector<std::string> Split(std::string_view text) {
  std::vector<std::string> addresses;
  while (!text.empty()) {
    const auto end = text.find('\n');
    addresses.emplace_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return addresses;
}

Result<NodeId> NodeOf(Connection& connection, std::int64_t origin) {
  auto rows = connection.Query("SELECT node FROM origin WHERE id = ?", origin);
  if (rows.Next()) return NodeId(rows.DigestAt<LogHash>(0));
  TRY(Status(rows.status()));
  return Error(Errc::NotFound, "no such origin");
}

Result<std::int64_t> CountOfLog(Connection& connection, LogId log) {
  auto rows = connection.Query("SELECT count(*) FROM learned_address WHERE origin = ?", log.origin);
  const auto count = rows.Next() ? rows.Int(0) : 0;
  TRY(rows.status());
  return count;
}

// By node, what the own log said last.
using Said = std::map<NodeId, std::string>;
Result<Said> ReadSaid(Connection& connection, LogId own) {
  Said said;
  auto rows =
      connection.Query("SELECT node, addresses FROM learned_address WHERE origin = ?", own.origin);
  while (rows.Next()) said.emplace(NodeId(rows.DigestAt<LogHash>(0)), rows.Text(1));
  TRY(rows.status());
  return said;
}

// What is to be said, to replace what was said.
std::vector<AddressEntry> ListChanges(const Said& said, const NodeId& own,
                                      const std::map<NodeId, std::vector<std::string>>& wanted,
                                      std::int64_t now_ms) {
  std::vector<AddressEntry> changes;
  const auto say = [&](const NodeId& node, const std::vector<std::string>& addresses) {
    AddressEntry entry{node, addresses, now_ms / 1000};
    if (node == own) entry.node.reset();
    changes.push_back(std::move(entry));
  };
  for (const auto& [node, addresses] : wanted) {
    const auto before = said.find(node);
    if ((before == said.end() ? "" : before->second) != Joined(addresses)) say(node, addresses);
  }
  for (const auto& [node, addresses] : said) {
    if (!addresses.empty() && !wanted.contains(node)) say(node, {});
  }
  return changes;
}

}  // namespace

Status TakeAddresses(Connection& connection, LogId log, std::uint64_t position, const Json& entry) {
  const auto parsed = AddressEntry::Parse(entry);
  if (!parsed || FindMember(entry, "crit") != nullptr) return Ok();
  const NodeId node = parsed->node ? *parsed->node : TRY(NodeOf(connection, log.origin));
  TRY(connection.Execute(
      "INSERT OR REPLACE INTO learned_address(origin, node, epoch, position, addresses) "
      "VALUES(?, ?, ?, ?, ?)",
      log.origin, node.genesis(), log.epoch, position, Joined(parsed->addresses)));
  if (TRY(CountOfLog(connection, log)) <= kMaxOfLog + kMoreAtMost) return Ok();
  return connection.Execute(
      "DELETE FROM learned_address WHERE origin = ?1 AND node IN (SELECT node FROM learned_address "
      "WHERE origin = ?1 ORDER BY epoch DESC, position DESC LIMIT -1 OFFSET ?2)",
      log.origin, kMaxOfLog);
}

Result<std::vector<LearnedNode>> ListLearned(Connection& connection) {
  std::vector<LearnedNode> nodes;
  auto rows = connection.Query(
      "SELECT learned_address.node, addresses FROM learned_address "
      "JOIN origin ON origin.id = learned_address.origin WHERE origin.own = 0 AND addresses != '' "
      "ORDER BY learned_address.node = origin.node DESC, origin.id, learned_address.node");
  while (rows.Next()) {
    nodes.push_back({NodeId(rows.DigestAt<LogHash>(0)), Split(rows.Text(1))});
  }
  TRY(rows.status());
  return nodes;
}

Result<std::size_t> WriteAddresses(storage::Database& database, const OwnOrigin& own,
                                   const std::vector<std::string>& addresses,
                                   const std::vector<LearnedNode>& reached, std::int64_t now_ms) {
  std::map<NodeId, std::vector<std::string>> wanted{{own.node, addresses}};
  for (const auto& [node, known] : reached) wanted.emplace(node, known);
  {
    auto lease = TRY(database.Read());
    const auto said = TRY(ReadSaid(*lease, own.log));
    if (ListChanges(said, own.node, wanted, now_ms).empty()) return std::size_t{0};
    TRY(RequireSigningClock(*lease, own.log, now_ms));
  }
  std::size_t written = 0;
  TRY(database.Write([&](Connection& connection) -> Status {
    const auto changes = ListChanges(TRY(ReadSaid(connection, own.log)), own.node, wanted, now_ms);
    for (const auto& change : changes) {
      const Bytes entry = change.Render();
      const auto position = TRY(AppendEntry(connection, own.log, entry));
      TRY(TakeAddresses(connection, own.log, position, TRY(ParseCanonical(entry))));
    }
    written = changes.size();
    return Ok();
  }));
  return written;
}

}  // namespace banyan::federation
