#include "federation/follow/peers.h"

namespace banyan::federation {
namespace {

using storage::Connection;
using storage::Rows;

constexpr std::size_t kMaxAddressBytes = 1024;
const std::string kSelect =
    "SELECT id, address, node, journal, sequence, added_ms, answered_ms, failures, problem, pushed "
    "FROM peer ";

Peer ReadRow(Rows& rows) {
  Peer out;
  out.row = rows.Int(0);
  out.address = rows.Text(1);
  if (!rows.IsNull(2)) out.node = NodeId(rows.DigestAt<LogHash>(2));
  out.heads = {rows.Text(3), static_cast<std::uint64_t>(rows.Int(4))};
  out.added_ms = rows.Int(5);
  if (!rows.IsNull(6)) out.answered_ms = rows.Int(6);
  out.failures = static_cast<std::uint64_t>(rows.Int(7));
  out.problem = rows.Text(8);
  out.is_pushed = rows.Int(9) != 0;
  return out;
}

Result<std::vector<Peer>> ReadAll(Rows rows) {
  std::vector<Peer> peers;
  while (rows.Next()) peers.push_back(ReadRow(rows));
  TRY(rows.status());
  return peers;
}

Result<Peer> ReadOne(Rows rows, const Error& absent) {
  auto found = TRY(ReadAll(std::move(rows)));
  if (found.empty()) return absent;
  return std::move(found.front());
}

bool IsUrl(std::string_view address, std::string_view scheme) {
  if (!address.starts_with(scheme)) return false;
  address.remove_prefix(scheme.size());
  const auto host = address.substr(0, address.find('/'));
  return !host.empty() && address.find_first_of("@?# \t\r\n") == address.npos;
}

}  // namespace

Result<std::string> NormalizeAddress(std::string_view address) {
  const auto id = address.substr(address.starts_with(kCallingPrefix) ? kCallingPrefix.size() : 0);
  if (NodeId::Parse(id)) return std::string(kCallingPrefix) + std::string(id);
  while (address.size() > 1 && address.ends_with('/')) address.remove_suffix(1);
  const bool is_legal = IsUrl(address, "http://") || IsUrl(address, "https://") ||
                        (address.starts_with('/') && address.find('\0') == address.npos);
  if (is_legal && address.size() <= kMaxAddressBytes) return std::string(address);
  return Error(Errc::Invalid,
               "a peer's address is http://HOST[:PORT], https://HOST[:PORT], the whole path of "
               "a folder, or the id of a node that calls");
}

Result<Peer> AddPeer(Connection& connection, std::string_view address, std::int64_t now_ms,
                     Push push) {
  const auto kept = TRY(NormalizeAddress(address));
  const bool is_pushed = push == Push::Yes;
  if (is_pushed && !kept.starts_with("http")) {
    return Error(Errc::Invalid, "only a peer with a URL can be called to bring it something");
  }
  const auto there = FindPeer(connection, kept);
  if (there) return Error(Errc::Conflict, kept + " is a peer already");
  if (there.error().code() != Errc::NotFound) return there.error();
  TRY(connection.Execute("INSERT INTO peer(address, added_ms, pushed) VALUES(?, ?, ?)", kept,
                         now_ms, is_pushed));
  if (kept.starts_with(kCallingPrefix)) {  // whoever calls proves who it is
    const auto node = TRY(NodeId::Parse(kept.substr(kCallingPrefix.size())));
    TRY(connection.Execute("UPDATE peer SET node = ? WHERE address = ?", node.genesis(), kept));
  }
  return FindPeer(connection, kept);
}

Result<Peer> FindPeer(Connection& connection, std::string_view text) {
  const auto node = NodeId::Parse(text);
  const auto kept = NormalizeAddress(text);
  const Error unknown(Errc::NotFound, "no peer " + std::string(text) + " is known here");
  return ReadOne(
      node ? connection.Query(kSelect + "WHERE node = ? ORDER BY id LIMIT 1", node->genesis())
           : connection.Query(kSelect + "WHERE address = ?", kept ? *kept : std::string(text)),
      unknown);
}

Result<Peer> GetPeer(Connection& connection, std::int64_t row) {
  return ReadOne(connection.Query(kSelect + "WHERE id = ?", row),
                 Error(Errc::NotFound, "this peer was removed"));
}

Result<std::vector<Peer>> ListPeers(Connection& connection) {
  return ReadAll(connection.Query(kSelect + "ORDER BY id"));
}

Status RemovePeer(Connection& connection, std::int64_t row) {
  return connection.Execute("DELETE FROM peer WHERE id = ?", row);
}

Status PeerAnswered(Connection& connection, const Peer& before, const NodeId& node,
                    const JournalPlace& heads, std::int64_t now_ms) {
  TRY(connection.Execute(
      "UPDATE peer SET node = ?, answered_ms = ?, failures = 0, problem = '' WHERE id = ?",
      node.genesis(), now_ms, before.row));
  return connection.Execute(
      "UPDATE peer SET journal = ?, sequence = ? WHERE id = ? AND journal = ? AND sequence = ?",
      heads.journal, heads.sequence, before.row, before.heads.journal, before.heads.sequence);
}

Status PeerFailed(Connection& connection, std::int64_t row, const std::string& problem) {
  return connection.Execute("UPDATE peer SET failures = failures + 1, problem = ? WHERE id = ?",
                            problem, row);
}

}  // namespace banyan::federation
