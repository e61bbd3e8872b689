#include "storage/history/catalog_nodes.h"

#include "storage/content/shared_bytes.h"

namespace banyan::storage {

Result<Bytes> CatalogNodes::Load(const Sha256& id) {
  const auto waiting = pending_.find(id);
  if (waiting != pending_.end()) return waiting->second;
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
  pending_.try_emplace(id, std::move(node));
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
  return connection.Execute("INSERT OR IGNORE INTO tree_node(id, data) VALUES(?, ?)", id, column);
}

Status InsertNodes(Connection& connection, const NodeMap& nodes, const Sha256& root) {
  std::vector<Sha256> waiting = {root};
  while (!waiting.empty()) {
    const Sha256 id = waiting.back();
    waiting.pop_back();
    const auto found = nodes.find(id);
    if (found == nodes.end()) continue;
    TRY(InsertNode(connection, id, found->second));
    const auto node = TRY(ParseNode(found->second));
    for (const auto& item : node.items) {
      if (node.level > 0) waiting.push_back(TRY(ParseChildRef(item.value)).id);
    }
  }
  return Ok();
}

}  // namespace banyan::storage
