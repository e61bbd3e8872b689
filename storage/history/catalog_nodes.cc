#include "storage/history/catalog_nodes.h"

#include <set>

#include "storage/content/shared_bytes.h"

namespace banyan::storage {
namespace {

Status InsertRow(Connection& connection, const Sha256& id, ByteView column) {
  return connection.Execute("INSERT OR IGNORE INTO tree_node(id, data) VALUES(?, ?)", id, column);
}

}  // namespace

void PendingNodes::Add(const Sha256& id, ByteView node) {
  const auto [at, is_new] = nodes_.try_emplace(id);
  if (is_new) at->second = pieces_.Add(CutNode(node));
}

std::optional<Bytes> PendingNodes::Find(const Sha256& id) const {
  const auto found = nodes_.find(id);
  if (found == nodes_.end()) return std::nullopt;
  return PieceTable::Join(found->second);
}

Status PendingNodes::Insert(Connection& connection, std::vector<Sha256> roots) const {
  PieceWriter writer(connection);
  std::set<Sha256> seen;
  for (auto& waiting = roots; !waiting.empty();) {
    const Sha256 id = waiting.back();
    waiting.pop_back();
    const auto found = nodes_.find(id);
    if (found == nodes_.end() || !seen.insert(id).second) continue;
    const Bytes column = TRY(writer.Store(found->second));
    TRY(InsertRow(connection, id, column));
    for (const auto& child : TRY(ListChildren(PieceTable::Join(found->second)))) {
      waiting.push_back(child);
    }
  }
  return Ok();
}

Result<Bytes> CatalogNodes::Load(const Sha256& id) {
  if (auto waiting = pending_.Find(id)) return *std::move(waiting);
  Bytes column;
  {
    auto rows = connection_.Query("SELECT data FROM tree_node WHERE id = ?", id);
    if (!rows.Next()) {
      TRY(rows.status());
      return Error(Errc::NotFound, "no search tree node " + id.Short());
    }
    const auto data = rows.Blob(0);
    column.assign(data.begin(), data.end());
  }
  return LoadShared(connection_, column, kMaxNodeBytes);
}

Status CatalogNodes::Store(const Sha256& id, Bytes node) {
  pending_.Add(id, node);
  return Ok();
}

Result<Presence> FindNode(Connection& connection, const Sha256& id) {
  auto rows = connection.Query("SELECT 1 FROM tree_node WHERE id = ?", id);
  const bool found = rows.Next();
  TRY(rows.status());
  return found ? Presence::Present : Presence::Absent;
}

Status InsertNode(Connection& connection, const Sha256& id, ByteView node) {
  const Bytes column = TRY(StoreShared(connection, CutNode(node)));
  return InsertRow(connection, id, column);
}

}  // namespace banyan::storage
