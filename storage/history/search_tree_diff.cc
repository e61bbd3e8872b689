// Comparing two search trees: both are unrolled from the left, and equal subtrees at the front of
// both are dropped without being read. Keys must ascend from leaf to leaf: a tree of a few nodes
// that name each other again and again would else be of more items than can ever be read.

#include "storage/history/search_tree.h"

namespace banyan::storage {
namespace {

// The rest of a tree, next part last: nodes not yet opened, and items of opened leaves. Every node
// that is opened leads to an item, which is after all those before it.
struct Part {
  int level = -1;  // of a node; -1 for an item
  SearchItem item;
};
class Rest {
 public:
  explicit Rest(NodeStore& store) : store_(store) {}

  Status Start(const Sha256& root) {
    const auto node = TRY(LoadNode(store_, root));
    if (node.items.empty()) return Ok();
    parts_.push_back({node.level, {"", EncodeChildRef({root, 1})}});
    return Ok();
  }
  bool empty() const { return parts_.empty(); }
  const Part& front() const { return parts_.back(); }
  Result<SearchItem> TakeItem() {
    Part part = Take();
    if (last_ && part.item.key <= *last_) {
      return Error(Errc::Corrupt, "search tree: keys are out of order");
    }
    last_ = part.item.key;
    return std::move(part.item);
  }
  // A node that both trees have.
  void Drop() { last_ = Take().item.key; }
  Status Unroll() {
    const Part part = Take();
    const auto child = TRY(ParseChildRef(part.item.value));
    auto node = TRY(LoadNode(store_, child.id));
    if (node.level != part.level) return Error(Errc::Corrupt, "search tree: wrong level");
    if (node.items.empty()) return Error(Errc::Corrupt, "search tree: an empty node");
    for (auto item = node.items.rbegin(); item != node.items.rend(); ++item) {
      parts_.push_back({node.level - 1, std::move(*item)});
    }
    return Ok();
  }

 private:
  Part Take() {
    Part part = std::move(parts_.back());
    parts_.pop_back();
    return part;
  }

  NodeStore& store_;
  std::vector<Part> parts_;
  std::optional<std::string> last_;  // key that is past
};

Status VisitFront(Rest& before, Rest& after, const DiffVisitor& visit) {
  const bool only_before =
      after.empty() || (!before.empty() && before.front().item.key < after.front().item.key);
  if (only_before) {
    const auto item = TRY(before.TakeItem());
    return visit(item.key, &item.value, nullptr);
  }
  if (before.empty() || after.front().item.key < before.front().item.key) {
    const auto item = TRY(after.TakeItem());
    return visit(item.key, nullptr, &item.value);
  }
  const auto old = TRY(before.TakeItem());
  const auto now = TRY(after.TakeItem());
  if (old.value == now.value) return Ok();
  return visit(old.key, &old.value, &now.value);
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
      a.Drop();
      b.Drop();
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
