#include "storage/history/search_tree.h"

#include <algorithm>

namespace banyan::storage {

Result<Bytes> MemoryNodes::Load(const Sha256& id) {
  const auto found = nodes_.find(id);
  if (found == nodes_.end()) return Error(Errc::NotFound, "no search tree node " + id.Short());
  return found->second;
}

Status MemoryNodes::Store(const Sha256& id, Bytes node) {
  nodes_.try_emplace(id, std::move(node));
  return Ok();
}

Result<SearchNode> LoadNode(NodeStore& store, const Sha256& id) {
  const Bytes bytes = TRY(store.Load(id));
  if (HashSha256(bytes) != id) {
    return Error(Errc::Corrupt, "search tree node " + id.Short() + " does not match its id");
  }
  return ParseNode(bytes);
}

Result<std::uint64_t> CountItems(NodeStore& store, const Sha256& root) {
  const auto node = TRY(LoadNode(store, root));
  if (node.level == 0) return node.items.size();
  std::uint64_t count = 0;
  for (const auto& item : node.items) count += TRY(ParseChildRef(item.value)).item_count;
  return count;
}

Result<std::optional<std::string>> FindInTree(NodeStore& store, const Sha256& root,
                                              std::string_view key) {
  SearchCursor cursor(store);
  TRY(cursor.Open(root));
  TRY(cursor.Seek(key));
  if (!cursor.Valid() || cursor.Item().key != key) return std::optional<std::string>();
  return std::optional(cursor.Item().value);
}

Status SearchCursor::Open(const Sha256& root) {
  root_ = root;
  path_.clear();
  return Descend(root, -1, {});
}

// Pushes the node and, below it, the nodes that lead to the first key not below `key`.
Status SearchCursor::Descend(const Sha256& id, int level, std::string_view key) {
  for (Sha256 next = id;;) {
    Step step{TRY(LoadNode(store_, next)), 0};
    if (level >= 0 && (step.node.level != level || step.node.items.empty())) {
      return Error(Errc::Corrupt, "search tree node " + next.Short() + " is out of place");
    }
    const auto& items = step.node.items;
    const auto found = std::lower_bound(
        items.begin(), items.end(), key,
        [](const SearchItem& item, std::string_view wanted) { return item.key < wanted; });
    step.at = static_cast<std::size_t>(found - items.begin());
    level = step.node.level - 1;
    path_.push_back(std::move(step));
    const Step& top = path_.back();
    if (level < 0 || top.at == top.node.items.size()) return Settle();
    next = TRY(ParseChildRef(top.node.items[top.at].value)).id;
  }
}

// Leaves finished nodes and goes down the next branch until an item of a leaf is current.
Status SearchCursor::Settle() {
  while (!path_.empty() && path_.back().at == path_.back().node.items.size()) {
    path_.pop_back();
    if (!path_.empty()) ++path_.back().at;
  }
  if (path_.empty() || path_.back().node.level == 0) return Ok();
  const Step& top = path_.back();
  const auto child = TRY(ParseChildRef(top.node.items[top.at].value));
  return Descend(child.id, top.node.level - 1, {});
}

Status SearchCursor::Next() {
  ENSURE(Valid());
  Step& leaf = path_.back();
  if (++leaf.at < leaf.node.items.size()) return Ok();
  const std::string last = leaf.node.items.back().key;
  TRY(Settle());
  // Each node's own order was checked when it was read; but one may be named twice.
  if (!Valid() || last < Item().key) return Ok();
  return Error(Errc::Corrupt, "search tree: keys are out of order");
}

Status SearchCursor::Seek(std::string_view key) {
  if (Valid()) {
    Step& leaf = path_.back();
    const auto& items = leaf.node.items;
    if (items.front().key <= key && key <= items.back().key) {
      leaf.at = static_cast<std::size_t>(
          std::lower_bound(
              items.begin(), items.end(), key,
              [](const SearchItem& item, std::string_view wanted) { return item.key < wanted; }) -
          items.begin());
      return Ok();
    }
  }
  path_.clear();
  return Descend(root_, -1, key);
}

Status ListNodes(NodeStore& store, const Sha256& root, std::map<Sha256, bool>& seen) {
  std::vector<Sha256> waiting = {root};
  while (!waiting.empty()) {
    const Sha256 id = waiting.back();
    waiting.pop_back();
    if (!seen.emplace(id, true).second) continue;
    const auto node = TRY(LoadNode(store, id));
    for (const auto& item : node.items) {
      if (node.level == 0) break;
      waiting.push_back(TRY(ParseChildRef(item.value)).id);
    }
  }
  return Ok();
}

}  // namespace banyan::storage
