#pragma once
// Search tree nodes in the catalog's tree_node table. New nodes wait in memory and are inserted in
// the caller's transaction, so that building a tree needs no write lock.

#include "storage/base/sqlite.h"
#include "storage/history/search_tree.h"

namespace banyan::storage {

using NodeMap = std::map<Sha256, Bytes>;

// Used by one thread; `connection` must outlive it.
class CatalogNodes : public NodeStore {
 public:
  explicit CatalogNodes(Connection& connection) : connection_(connection) {}
  Result<Bytes> Load(const Sha256& id) override;
  Status Store(const Sha256& id, Bytes node) override;
  // The nodes stored since the last call.
  NodeMap TakePending() { return std::move(pending_); }

 private:
  Connection& connection_;
  NodeMap pending_;
};

enum class Presence { Absent, Present };
Result<Presence> FindNode(Connection& connection, const Sha256& id);

// Inserts one if it is not there. Its bytes must hash to `id` and parse.
Status InsertNode(Connection& connection, const Sha256& id, ByteView node);

// Inserts those of `nodes` that are reachable from `root`; others are left-overs of building.
Status InsertNodes(Connection& connection, const NodeMap& nodes, const Sha256& root);

}  // namespace banyan::storage
