// Comparing two search trees: both are unrolled from the left, and equal subtrees at the front of
// both are dropped without being read.

#include "storage/history/search_tree.h"

namespace banyan::storage {
namespace {

// The rest of a tree, next part last: nodes not yet opened, and items of opened leaves.
struct Part {
  int level = -1;  // of a node; -1 for an item
  SearchItem item;
};
class Rest {
 public:
  explicit Rest(NodeStore& store) : store_(store) {}

  Status Start(const Sha256& root) {
    const auto node = TRY(LoadNode(store_, root));
    parts_.push_back({node.level, {"", EncodeChildRef({root, 1})}});
    return Ok();
  }
  bool empty() const { return parts_.empty(); }
  const Part& front() const { return parts_.back(); }
  Part Take() {
    Part part = std::move(parts_.back());
    parts_.pop_back();
    return part;
  }
  Status Unroll() {
    const Part part = Take();
    const auto child = TRY(ParseChildRef(part.item.value));
    auto node = TRY(LoadNode(store_, child.id));
    if (node.level != part.level) return Error(Errc::Corrupt, "search tree: wrong level");
    for (auto item = node.items.rbegin(); item != node.items.rend(); ++item) {
      parts_.push_back({node.level - 1, std::move(*item)});
    }
    return Ok();
  }

 private:
  NodeStore& store_;
  std::vector<Part> parts_;
};

Status VisitFront(Rest& before, Rest& after, const DiffVisitor& visit) {
  const bool only_before =
      after.empty() || (!before.empty() && before.front().item.key < after.front().item.key);
  if (only_before) {
    const Part part = before.Take();
    return visit(part.item.key, &part.item.value, nullptr);
  }
  if (before.empty() || after.front().item.key < before.front().item.key) {
    const Part part = after.Take();
    return visit(part.item.key, nullptr, &part.item.value);
  }
  const Part old = before.Take();
  const Part now = after.Take();
  if (old.item.value == now.item.value) return Ok();
  return visit(old.item.key, &old.item.value, &now.item.value);
}

}  // namespace

Status DiffTrees(NodeStore& store, const Sha256& before, const Sha256& after,
                 const DiffVisitor& visit) {
  if (before == after) return Ok();
  Rest a(store);
  Rest b(store);
  TRY(a.Start(before));
  TRY(b.Start(after));
  while (!a.empty() || !b.empty()) {
    const int a_level = a.empty() ? -1 : a.front().level;
    const int b_level = b.empty() ? -1 : b.front().level;
    if (a_level >= 0 && a_level == b_level && a.front().item.value == b.front().item.value) {
      a.Take();
      b.Take();
    } else if (a_level >= 0 && a_level >= b_level) {
      TRY(a.Unroll());
    } else if (b_level >= 0) {
      TRY(b.Unroll());
    } else {
      TRY(VisitFront(a, b, visit));
    }
  }
  return Ok();
}

}  // namespace banyan::storage
