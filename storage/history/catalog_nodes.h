#pragma once
// Search tree nodes in the catalog's tree_node table. New nodes wait in memory and are inserted in
// the caller's transaction, so that building a tree needs no write lock.

#include "storage/content/piece_table.h"
#include "storage/history/search_tree.h"

namespace banyan::storage {

// Nodes on their way into the catalog. What versions of a node share is held once.
class PendingNodes {
 public:
  void Add(const Sha256& id, ByteView node);
  // nullopt when it was not added.
  std::optional<Bytes> Find(const Sha256& id) const;
  // Inserts, inside a transaction, those that are reachable from the roots; others are left-overs
  // of building.
  Status Insert(Connection& connection, std::vector<Sha256> roots) const;
  // About how much memory they take.
  std::uint64_t held_bytes() const { return pieces_.held_bytes(); }

 private:
  PieceTable pieces_;
  std::map<Sha256, PieceTable::List> nodes_;
};

// Used by one thread; `connection` must outlive it.
class CatalogNodes : public NodeStore {
 public:
  explicit CatalogNodes(Connection& connection) : connection_(connection) {}
  Result<Bytes> Load(const Sha256& id) override;
  Status Store(const Sha256& id, Bytes node) override;
  // The nodes stored since the last call.
  PendingNodes TakePending() { return std::exchange(pending_, {}); }
  std::uint64_t held_bytes() const { return pending_.held_bytes(); }

 private:
  Connection& connection_;
  PendingNodes pending_;
};

enum class Presence { Absent, Present };
Result<Presence> FindNode(Connection& connection, const Sha256& id);

// Inserts one if it is not there. Its bytes must hash to `id` and parse.
Status InsertNode(Connection& connection, const Sha256& id, ByteView node);

}  // namespace banyan::storage
