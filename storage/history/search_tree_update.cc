// Updating a search tree. The old tree is replayed in key order into a builder with one open node
// for each level. An old node without changes is handed over whole; the builder takes it as it is
// when its own open node of that level is empty (then the same items would be cut the same way),
// and otherwise opens it. So work is bounded by what changed plus the boundaries that moved.

#include "storage/history/search_tree.h"

namespace banyan::storage {
namespace {

struct OldNode {
  int level = 0;
  std::string last_key;
  ChildRef ref;
};

class TreeBuilder {
 public:
  explicit TreeBuilder(NodeStore& store) : store_(store) {}

  // One item of a node of `level`.
  Status Add(int level, SearchItem item) {
    const bool ends = EndsNode(item.key, level);
    return Put(level, std::move(item), ends);
  }

  // One of an old node of `level`: none but the last ever ends one.
  Status AddOld(const SearchNode& node, SearchItem& item) {
    if (&item == &node.items.back()) return Add(node.level, std::move(item));
    return Put(node.level, std::move(item), false);
  }

  // A whole old node, as seen by the open node of level `at` (not above the old node's).
  Status Reuse(int at, const OldNode& old) {
    if (Open(at).empty()) {
      if (old.level > at) return Reuse(at + 1, old);
      return Add(at + 1, {old.last_key, EncodeChildRef(old.ref)});
    }
    auto node = TRY(LoadNode(store_, old.ref.id));
    if (node.level != old.level) return Error(Errc::Corrupt, "search tree: wrong level");
    for (auto& item : node.items) {
      if (old.level == at) {
        TRY(AddOld(node, item));
      } else {
        const auto child = TRY(ParseChildRef(item.value));
        TRY(Reuse(at, {old.level - 1, std::move(item.key), child}));
      }
    }
    return Ok();
  }

  Result<Sha256> Finish() {
    for (std::size_t level = 0; level < levels_.size(); ++level) {
      auto& open = levels_[level];
      const bool highest = level + 1 == levels_.size();
      if (highest && level > 0 && open.size() == 1) return Collapse(open[0].value);
      if (!open.empty()) TRY(Close(static_cast<int>(level)));
    }
    return EmptyTree(store_);
  }

 private:
  std::vector<SearchItem>& Open(int level) {
    const auto at = static_cast<std::size_t>(level);
    if (levels_.size() <= at) levels_.resize(at + 1);
    return levels_[at];
  }

  Status Put(int level, SearchItem item, bool ends) {
    auto& open = Open(level);
    open.push_back(std::move(item));
    return ends || open.size() == kMaxNodeItems ? Close(level) : Ok();
  }

  Status Close(int level) {
    if (level > kMaxTreeLevel) return Error(Errc::TooLarge, "search tree: too many items");
    SearchNode node{level, std::move(Open(level))};
    Open(level).clear();
    ChildRef ref{Sha256(), level == 0 ? node.items.size() : 0};
    for (const auto& item : node.items) {
      if (level > 0) ref.item_count += TRY(ParseChildRef(item.value)).item_count;
    }
    Bytes bytes = EncodeNode(node);
    ref.id = HashSha256(bytes);
    TRY(store_.Store(ref.id, std::move(bytes)));
    return Add(level + 1, {std::move(node.items.back().key), EncodeChildRef(ref)});
  }

  // Reused nodes may leave levels above the first that is a single node.
  Result<Sha256> Collapse(std::string_view value) {
    Sha256 root = TRY(ParseChildRef(value)).id;
    for (;;) {
      const auto node = TRY(LoadNode(store_, root));
      if (node.level == 0 || node.items.size() > 1) return root;
      root = TRY(ParseChildRef(node.items[0].value)).id;
    }
  }

  NodeStore& store_;
  std::vector<std::vector<SearchItem>> levels_;
};

using Changes = std::span<const SearchChange>;

class Replay {
 public:
  Replay(NodeStore& store, TreeBuilder& builder, const ReplacedVisitor& replaced)
      : store_(store), builder_(builder), replaced_(replaced) {}

  // Feeds the old node, with the changes that fall into it, to the builder.
  Status Feed(const OldNode& old, Changes changes) {
    if (changes.empty()) return builder_.Reuse(0, old);
    auto node = TRY(LoadNode(store_, old.ref.id));
    if (node.level != old.level) return Error(Errc::Corrupt, "search tree: wrong level");
    if (node.level == 0) return Merge(node, changes);
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      auto& item = node.items[i];
      // What lies beyond the last key of the tree belongs to its last leaf.
      std::size_t mine = i + 1 < node.items.size() ? 0 : changes.size();
      while (mine < changes.size() && changes[mine].key <= item.key) ++mine;
      const auto child = TRY(ParseChildRef(item.value));
      TRY(Feed({old.level - 1, std::move(item.key), child}, changes.first(mine)));
      changes = changes.subspan(mine);
    }
    return Ok();
  }

 private:
  Status Merge(SearchNode& leaf, Changes changes) {
    for (auto& item : leaf.items) {
      while (!changes.empty() && changes[0].key < item.key) {
        TRY(Apply(changes[0]));
        changes = changes.subspan(1);
      }
      if (!changes.empty() && changes[0].key == item.key) {
        if (replaced_) TRY(replaced_(item));
        TRY(Apply(changes[0]));
        changes = changes.subspan(1);
      } else {
        TRY(builder_.AddOld(leaf, item));
      }
    }
    for (const auto& change : changes) TRY(Apply(change));
    return Ok();
  }

  Status Apply(const SearchChange& change) {
    if (!change.value) return Ok();
    return builder_.Add(0, {change.key, *change.value});
  }

  NodeStore& store_;
  TreeBuilder& builder_;
  const ReplacedVisitor& replaced_;
};

}  // namespace

Result<Sha256> EmptyTree(NodeStore& store) {
  Bytes bytes = EncodeNode({});
  const Sha256 id = HashSha256(bytes);
  TRY(store.Store(id, std::move(bytes)));
  return id;
}

Result<Sha256> UpdateTree(NodeStore& store, const Sha256& root, Changes changes,
                          const ReplacedVisitor& replaced) {
  for (std::size_t i = 0; i < changes.size(); ++i) {
    ENSURE(i == 0 || changes[i - 1].key < changes[i].key);
    if (changes[i].key.size() > kMaxKeyBytes ||
        (changes[i].value && changes[i].value->size() > kMaxValueBytes)) {
      return Error(Errc::Invalid, "search tree: a key or value is too long");
    }
  }
  if (changes.empty()) return root;
  const auto node = TRY(LoadNode(store, root));
  TreeBuilder builder(store);
  Replay replay(store, builder, replaced);
  const std::string last = node.items.empty() ? "" : node.items.back().key;
  TRY(replay.Feed({node.level, last, {root, 1}}, changes));
  return builder.Finish();
}

}  // namespace banyan::storage
