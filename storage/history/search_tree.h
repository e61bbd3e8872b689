#pragma once
// The deterministic search tree as a persistent map: updating gives a new root and shares every
// node that did not change. Manifests, ref lists and federation state are such trees.
//
// Invariants
//  1. The root is a function of the content: insertion order, and the path of updates, are
//     invisible (tests/storage/history/search_tree_test.cc).
//  2. A level is cut after each key for which EndsNode holds, and after kMaxNodeItems items since
//     the last cut. The first level that is one node is the root.
//  3. An update reads and writes only nodes on the way to changed keys, and the neighbours whose
//     boundaries move.
//
// Errors: Corrupt for a node that does not hash to its id or breaks the format, NotFound for a
// missing node (nodes are derived data: rebuild them), and whatever the NodeStore reports.

#include <functional>
#include <map>
#include <optional>
#include <span>

#include "storage/history/search_tree_node.h"

namespace banyan::storage {

// Where encoded nodes are. Used by one thread.
class NodeStore {
 public:
  virtual ~NodeStore() = default;
  virtual Result<Bytes> Load(const Sha256& id) = 0;
  virtual Status Store(const Sha256& id, Bytes node) = 0;
};

// Nodes in memory.
class MemoryNodes : public NodeStore {
 public:
  Result<Bytes> Load(const Sha256& id) override;
  Status Store(const Sha256& id, Bytes node) override;
  const std::map<Sha256, Bytes>& nodes() const { return nodes_; }

 private:
  std::map<Sha256, Bytes> nodes_;
};

// Loads, checks the digest and parses.
Result<SearchNode> LoadNode(NodeStore& store, const Sha256& id);

// The root of the empty map (one leaf without items), stored.
Result<Sha256> EmptyTree(NodeStore& store);

// Sets or (nullopt) removes a key; removing an absent key does nothing.
struct SearchChange {
  std::string key;
  std::optional<std::string> value;
};
// `changes` ascend by key, each key once; `replaced`, if given, is told what each of their keys
// had, where it was there. Invalid when a key or value is over its limit.
using ReplacedVisitor = std::function<Status(const SearchItem& item)>;
Result<Sha256> UpdateTree(NodeStore& store, const Sha256& root,
                          std::span<const SearchChange> changes,
                          const ReplacedVisitor& replaced = nullptr);

Result<std::uint64_t> CountItems(NodeStore& store, const Sha256& root);
Result<std::optional<std::string>> FindInTree(NodeStore& store, const Sha256& root,
                                              std::string_view key);

// Walks one tree in key order, holding one node for each level:
//   SearchCursor cursor(store);
//   TRY(cursor.Open(root));
//   for (TRY(cursor.Seek("a/")); cursor.Valid(); TRY(cursor.Next())) Use(cursor.Item());
class SearchCursor {
 public:
  explicit SearchCursor(NodeStore& store) : store_(store) {}
  // Stands at the first item.
  Status Open(const Sha256& root);
  // Moves to the first item whose key is not below `key`; cheap within the current leaf.
  Status Seek(std::string_view key);
  Status Next();
  bool Valid() const { return !path_.empty(); }
  const SearchItem& Item() const { return path_.back().node.items[path_.back().at]; }

 private:
  struct Step {
    SearchNode node;
    std::size_t at = 0;
  };
  Status Descend(const Sha256& id, int level, std::string_view key);
  Status Settle();

  NodeStore& store_;
  Sha256 root_;
  std::vector<Step> path_;  // root first; empty at the end
};

// Calls `visit` for every key whose values differ, in key order, without reading nodes that both
// trees share. A missing side is nullptr. Stops at the first error of `visit`; Corrupt at the first
// key that is not after those before it, so that a tree has no more keys than its leaves.
using DiffVisitor = std::function<Status(const std::string& key, const std::string* before,
                                         const std::string* after)>;
Status DiffTrees(NodeStore& store, const Sha256& before, const Sha256& after,
                 const DiffVisitor& visit);

// The ids of all nodes below and including `root`, each once, parents first. `seen` holds ids to
// skip (with all below them) and receives the new ones.
Status ListNodes(NodeStore& store, const Sha256& root, std::map<Sha256, bool>& seen);

}  // namespace banyan::storage
