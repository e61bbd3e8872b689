#include "storage/history/search_tree.h"

#include <algorithm>
#include <random>

#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::storage;

namespace {

using Content = std::map<std::string, std::string>;

// "k<n>" for these n has at least 20 leading zero bits in its SHA-256: such keys end a node of
// levels 0 and 1, so that small maps make trees of three levels and more.
constexpr int kDeepKeys[] = {656400,   816130,   2300365,  2373478,  5047730,  5303112,
                             8561701,  9148523,  10828006, 10948488, 12753163, 12865492,
                             15559128, 16339945, 17498403, 17914473, 18151436, 18190679,
                             19741598, 21084493, 22891856, 22929010, 23964966, 25460596};

// Keys that end a leaf, keys that end an inner node, and plain ones.
std::vector<std::string> HardKeys() {
  std::vector<std::string> keys;
  for (int n : kDeepKeys) keys.push_back("k" + std::to_string(n));
  for (int n = 0; keys.size() < 100; ++n) {
    const std::string key = "k" + std::to_string(n);
    if (EndsNode(key, 0)) keys.push_back(key);
  }
  for (int n = 0; n < 100; ++n) keys.push_back("k" + std::to_string(n * 260417));
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

Sha256 Build(NodeStore& store, const Content& content) {
  std::vector<SearchChange> changes;
  for (const auto& [key, value] : content) changes.push_back({key, value});
  const Sha256 empty = MUST(EmptyTree(store));
  return MUST(UpdateTree(store, empty, changes));
}

Content ReadAll(NodeStore& store, const Sha256& root) {
  Content content;
  SearchCursor cursor(store);
  MUST(cursor.Open(root));
  while (cursor.Valid()) {
    REQUIRE((content.empty() || content.rbegin()->first < cursor.Item().key));
    content.emplace(cursor.Item().key, cursor.Item().value);
    MUST(cursor.Next());
  }
  return content;
}

void Apply(Content& content, const std::vector<SearchChange>& changes) {
  for (const auto& change : changes) {
    if (change.value) {
      content[change.key] = *change.value;
    } else {
      content.erase(change.key);
    }
  }
}

// Counts what is read, to show that unchanged nodes are left alone.
class CountingNodes : public MemoryNodes {
 public:
  Result<Bytes> Load(const Sha256& id) override {
    ++loads;
    return MemoryNodes::Load(id);
  }
  Status Store(const Sha256& id, Bytes node) override {
    ++stores;
    return MemoryNodes::Store(id, std::move(node));
  }
  int loads = 0;
  int stores = 0;
};

Content FlatFolder(int files) {
  Content content;
  for (int i = 0; i < files; ++i) content["data/part-" + std::to_string(i)] = std::to_string(i);
  return content;
}

Sha256 StoreNode(MemoryNodes& nodes, const SearchNode& node) {
  Bytes bytes = EncodeNode(node);
  const auto id = HashSha256(bytes);
  MUST(nodes.Store(id, std::move(bytes)));
  return id;
}

}  // namespace

TEST_CASE("EmptyTreeHasTheKnownRoot") {
  MemoryNodes nodes;
  const Sha256 root = MUST(EmptyTree(nodes));
  REQUIRE(root.ToString() == HashSha256(Bytes{1, 0, 0}).ToString());
  REQUIRE(MUST(CountItems(nodes, root)) == 0);
  REQUIRE_FALSE(MUST(FindInTree(nodes, root, "a")).has_value());
}

TEST_CASE("SameContentGivesTheSameRootByAnyPath") {
  const auto keys = HardKeys();
  const unsigned seed = 20240607;
  INFO("seed " << seed);
  std::mt19937 random(seed);
  MemoryNodes nodes;
  Content content;
  Sha256 root = MUST(EmptyTree(nodes));
  int deepest = 0;
  for (int round = 0; round < 400; ++round) {
    std::map<std::string, std::optional<std::string>> chosen;
    const bool shrink = round % 40 > 25;
    for (unsigned i = 0; i < 1 + random() % 6; ++i) {
      const auto& key = keys[random() % keys.size()];
      chosen[key] =
          shrink && random() % 4 != 0 ? std::nullopt : std::optional(std::to_string(random() % 3));
    }
    std::vector<SearchChange> changes;
    for (auto& [key, value] : chosen) changes.push_back({key, value});
    const Sha256 before = root;
    root = MUST(UpdateTree(nodes, root, changes));
    Apply(content, changes);
    MemoryNodes fresh;
    INFO("round " << round);
    REQUIRE(root.ToString() == Build(fresh, content).ToString());
    deepest = std::max(deepest, MUST(LoadNode(nodes, root)).level);
    // Undoing the change gives the old root again.
    REQUIRE(MUST(CountItems(nodes, root)) == content.size());
    if (round % 20 == 0) REQUIRE(ReadAll(nodes, root) == content);
    std::vector<SearchChange> undo;
    MUST(DiffTrees(nodes, root, before,
                   [&](const std::string& key, const std::string*, const std::string* to) {
                     undo.push_back({key, to ? std::optional(*to) : std::nullopt});
                     return Ok();
                   }));
    REQUIRE(MUST(UpdateTree(nodes, root, undo)).ToString() == before.ToString());
  }
  REQUIRE(deepest >= 2);
}

TEST_CASE("RemovingEverythingGivesTheEmptyTree") {
  MemoryNodes nodes;
  Content content;
  for (const auto& key : HardKeys()) content[key] = "v";
  const Sha256 root = Build(nodes, content);
  std::vector<SearchChange> changes;
  for (const auto& [key, value] : content) changes.push_back({key, std::nullopt});
  const Sha256 empty = MUST(EmptyTree(nodes));
  REQUIRE(MUST(UpdateTree(nodes, root, changes)) == empty);
}

TEST_CASE("NodeEndsAtTheCapWhenNoKeyEndsIt") {
  MemoryNodes nodes;
  Content content;
  for (int i = 0; content.size() < 2 * kMaxNodeItems + 7; ++i) {
    const std::string key = "cap" + std::to_string(1000000 + i);
    if (!EndsNode(key, 0)) content[key] = "v";
  }
  const Sha256 root = Build(nodes, content);
  const auto top = MUST(LoadNode(nodes, root));
  REQUIRE(top.level == 1);
  REQUIRE(top.items.size() == 3);
  REQUIRE(MUST(ParseChildRef(top.items[0].value)).item_count == kMaxNodeItems);
  // A key before all others moves every cut; taking it away moves them back.
  const auto moved = MUST(UpdateTree(nodes, root, std::vector<SearchChange>{{"a", "v"}}));
  content["a"] = "v";
  MemoryNodes fresh;
  REQUIRE(moved == Build(fresh, content));
  REQUIRE(MUST(UpdateTree(nodes, moved, std::vector<SearchChange>{{"a", std::nullopt}})) == root);
}

TEST_CASE("OneChangeTouchesOnlyTheWayToIt") {
  CountingNodes nodes;
  const Sha256 root = Build(nodes, FlatFolder(20000));
  const int all = static_cast<int>(nodes.nodes().size());
  REQUIRE(all > 10);
  nodes.loads = nodes.stores = 0;
  const auto next =
      MUST(UpdateTree(nodes, root, std::vector<SearchChange>{{"data/part-777", "new"}}));
  REQUIRE(nodes.loads <= 4);
  REQUIRE(nodes.stores == 2);
  nodes.loads = 0;
  int differences = 0;
  MUST(DiffTrees(nodes, root, next,
                 [&](const std::string& key, const std::string* before, const std::string* after) {
                   REQUIRE(key == "data/part-777");
                   REQUIRE(*before == "777");
                   REQUIRE(*after == "new");
                   ++differences;
                   return Ok();
                 }));
  REQUIRE(differences == 1);
  REQUIRE(nodes.loads <= 6);
}

TEST_CASE("CursorSeeksForwardsAndBackwards") {
  MemoryNodes nodes;
  const auto content = FlatFolder(5000);
  const Sha256 root = Build(nodes, content);
  SearchCursor cursor(nodes);
  MUST(cursor.Open(root));
  std::mt19937 random(7);
  for (int i = 0; i < 300; ++i) {
    const std::string key = "data/part-" + std::to_string(random() % 9000);
    MUST(cursor.Seek(key));
    const auto expected = content.lower_bound(key);
    REQUIRE(cursor.Valid() == (expected != content.end()));
    if (cursor.Valid()) REQUIRE(cursor.Item().key == expected->first);
  }
  MUST(cursor.Seek("data/q"));
  REQUIRE_FALSE(cursor.Valid());
  MUST(cursor.Seek("data/part-4999"));
  REQUIRE(cursor.Valid());
  REQUIRE(MUST(FindInTree(nodes, root, "data/part-42")) == "42");
  REQUIRE(MUST(FindInTree(nodes, root, "data/part-x")) == std::nullopt);
}

TEST_CASE("DiffSeesAddedRemovedAndChangedKeys") {
  MemoryNodes nodes;
  auto content = FlatFolder(6000);
  const Sha256 before = Build(nodes, content);
  content.erase("data/part-17");
  content["data/part-18"] = "x";
  content["zzz"] = "y";
  content["aaa"] = "y";
  const Sha256 after = Build(nodes, content);
  std::string seen;
  MUST(DiffTrees(nodes, before, after,
                 [&](const std::string& key, const std::string* from, const std::string* to) {
                   seen += key + (from == nullptr ? "+" : to == nullptr ? "-" : "*") + " ";
                   return Ok();
                 }));
  REQUIRE(seen == "aaa+ data/part-17- data/part-18* zzz+ ");
  MUST_FAIL(DiffTrees(nodes, before, after,
                      [](const std::string&, const std::string*, const std::string*) -> Status {
                        return Error(Errc::Cancelled, "enough");
                      }),
            Errc::Cancelled);
}

TEST_CASE("DiffEndsAtANodeThatIsNamedAgainAttack10") {
  MemoryNodes nodes;
  const auto store = [&](const SearchNode& node) { return StoreNode(nodes, node); };
  // Eight nodes that stand for 4,096^7 items, or for none at all.
  Sha256 root;
  SECTION("of one item") { root = store({0, {{"README.md", "1"}}}); }
  SECTION("of nothing") { root = store({0, {}}); }
  for (int level = 1; level <= kMaxTreeLevel; ++level) {
    SearchNode node{level, {}};
    for (int i = 1000; i < 1000 + static_cast<int>(kMaxNodeItems); ++i) {
      node.items.push_back({std::to_string(i), EncodeChildRef({root, 1})});
    }
    root = store(node);
  }
  const Sha256 empty = MUST(EmptyTree(nodes));
  int visited = 0;
  const auto visit = [&](const std::string&, const std::string*, const std::string*) {
    ++visited;
    return Ok();
  };
  MUST_FAIL(DiffTrees(nodes, empty, root, visit), Errc::Corrupt);
  MUST_FAIL(DiffTrees(nodes, root, empty, visit), Errc::Corrupt);
  CHECK(visited <= 2);
}

TEST_CASE("DiffRefusesKeysThatDoNotAscendFromLeafToLeaf") {
  MemoryNodes nodes;
  const auto store = [&](const SearchNode& node) { return StoreNode(nodes, node); };
  const auto first = store({0, {{"a", "1"}, {"c", "1"}}});
  const auto second = store({0, {{"b", "1"}, {"d", "1"}}});
  const SearchItem shared{"c", EncodeChildRef({first, 2})};
  const auto crossed = store({1, {shared, {"d", EncodeChildRef({second, 2})}}});
  const auto visit = [](const std::string&, const std::string*, const std::string*) {
    return Ok();
  };
  MUST_FAIL(DiffTrees(nodes, MUST(EmptyTree(nodes)), crossed, visit), Errc::Corrupt);
  // The leaf that both have is not read, and what comes after it must be after it all the same.
  const auto last = store({0, {{"d", "1"}, {"e", "1"}}});
  const auto sound = store({1, {shared, {"e", EncodeChildRef({last, 2})}}});
  MUST(DiffTrees(nodes, MUST(EmptyTree(nodes)), sound, visit));
  MUST_FAIL(DiffTrees(nodes, sound, crossed, visit), Errc::Corrupt);
}

TEST_CASE("TreeRefusesOverlongKeysAndValues") {
  MemoryNodes nodes;
  const Sha256 root = MUST(EmptyTree(nodes));
  const std::string long_key(kMaxKeyBytes + 1, 'k');
  const std::string long_value(kMaxValueBytes + 1, 'v');
  MUST_FAIL(UpdateTree(nodes, root, std::vector<SearchChange>{{long_key, "v"}}), Errc::Invalid);
  MUST_FAIL(UpdateTree(nodes, root, std::vector<SearchChange>{{"k", long_value}}), Errc::Invalid);
}

TEST_CASE("NodesThatDoNotMatchTheirIdOrPlaceAreCorrupt") {
  class Lying : public MemoryNodes {
   public:
    Result<Bytes> Load(const Sha256& id) override {
      auto bytes = MemoryNodes::Load(id);
      if (bytes && lie) bytes->back() ^= 1;
      return bytes;
    }
    bool lie = false;
  };
  Lying nodes;
  const Sha256 root = Build(nodes, FlatFolder(10));
  nodes.lie = true;
  MUST_FAIL(FindInTree(nodes, root, "data/part-1"), Errc::Corrupt);
  nodes.lie = false;
  MUST_FAIL(FindInTree(nodes, HashSha256({}), "a"), Errc::NotFound);
  // An inner node whose child is not one level below.
  const Sha256 skips = StoreNode(nodes, {2, {{"data/part-9", EncodeChildRef({root, 10})}}});
  MUST_FAIL(FindInTree(nodes, skips, "data/part-1"), Errc::Corrupt);
}

TEST_CASE("ListNodesVisitsSharedNodesOnce") {
  MemoryNodes nodes;
  const Sha256 root = Build(nodes, FlatFolder(5000));
  std::map<Sha256, bool> seen;
  MUST(ListNodes(nodes, root, seen));
  const auto count = seen.size();
  const auto next = MUST(UpdateTree(nodes, root, std::vector<SearchChange>{{"data/x", "new"}}));
  MUST(ListNodes(nodes, next, seen));
  REQUIRE(seen.size() == count + 2);
}
