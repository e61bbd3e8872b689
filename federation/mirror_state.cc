#include "federation/mirror_state.h"

#include <algorithm>
#include <unordered_map>

#include "storage/history/manifest.h"

namespace banyan::federation {
namespace {

using storage::Connection;
using storage::ManifestEntry;

// Since when, in milliseconds.
using HeldSince = std::unordered_map<Sha256, std::int64_t>;
Result<HeldSince> ListHeld(Connection& connection, std::int64_t repository) {
  HeldSince held;
  auto rows = connection.Query(
      "SELECT f.sha256, h.since_ms FROM repository_file h JOIN file f ON f.id = h.file "
      "WHERE h.repository = ? AND h.committed = 1",
      repository);
  while (rows.Next()) held.emplace(rows.DigestAt<Sha256>(0), rows.Int(1));
  TRY(rows.status());
  return held;
}

}  // namespace

Result<std::optional<MirrorMark>> FindMirrorMark(Connection& connection, std::int64_t repository) {
  std::optional<MirrorMark> mark;
  auto rows = connection.Query(
      "SELECT o.node, o.peer, m.selected, m.passed_over, "
      "(SELECT max(seen_ms) FROM log_head WHERE origin = o.id AND epoch = "
      " (SELECT max(epoch) FROM log_head WHERE origin = o.id)) "
      "FROM repository r JOIN origin o ON o.id = r.origin "
      "LEFT JOIN repository_card c ON c.repository = r.id AND c.origin = o.id "
      "LEFT JOIN mirror m ON m.card = c.id WHERE r.id = ?",
      repository);
  if (rows.Next()) {
    mark = MirrorMark{NodeId(rows.DigestAt<LogHash>(0)), std::nullopt, rows.Text(1), false};
    if (!rows.IsNull(4)) mark->seen_ms = rows.Int(4);
    const auto selection = ContentSelection::Parse(rows.IsNull(2) ? "" : rows.Text(2));
    mark->is_on_demand =
        rows.Int(3) == 0 && selection && selection->others == ContentSelection::Others::OnDemand;
  }
  TRY(rows.status());
  return mark;
}

Result<std::optional<PublishedName>> FindPublishedName(Connection& connection,
                                                       std::int64_t repository) {
  std::optional<PublishedName> name;
  auto rows = connection.Query(
      "SELECT o.node, c.key FROM repository_card c JOIN origin o ON o.id = c.origin "
      "WHERE c.repository = ? AND c.number > 0",
      repository);
  if (rows.Next()) {
    name = PublishedName{NodeId(rows.DigestAt<LogHash>(0)), rows.DigestAt<RepositoryKey>(1)};
  }
  TRY(rows.status());
  return name;
}

std::string DescribeOrigin(const MirrorMark& mark) {
  std::string text = "node " + mark.origin.ToString();
  if (mark.peer.starts_with("http")) text += ", of which this node learnt from " + mark.peer;
  return text;
}

Result<Holdings> CountHoldings(Connection& connection, storage::NodeStore& nodes,
                               std::int64_t repository, const Sha256& manifest) {
  const auto held = TRY(ListHeld(connection, repository));
  Holdings holdings;
  TRY(storage::WalkManifest(
      nodes, manifest, "", [&](const std::string&, const ManifestEntry& entry) -> Status {
        if (entry.IsSubmodule()) return Ok();
        holdings.files += 1;
        holdings.bytes += entry.size_bytes;
        const auto since = held.find(entry.sha256);
        if (since == held.end()) return Ok();
        holdings.since_s = std::max(holdings.since_s.value_or(0), since->second / 1000);
        holdings.held_files += 1;
        holdings.held_bytes += entry.size_bytes;
        return Ok();
      }));
  return holdings;
}

Result<std::optional<std::int64_t>> FindOpenRepository(Connection& connection,
                                                       const Sha256& manifest) {
  auto rows = connection.Query(
      "SELECT v.repository FROM revision v JOIN repository r ON r.id = v.repository "
      "WHERE v.manifest = ? AND r.private = 0 AND r.gated = 0 AND r.answer < 2 "
      "ORDER BY v.repository LIMIT 1",
      manifest);
  std::optional<std::int64_t> found;
  if (rows.Next()) found = rows.Int(0);
  TRY(rows.status());
  return found;
}

}  // namespace banyan::federation
