#include "storage/history/catalog_nodes.h"

#include "tests/support/must.h"
#include "tests/support/test_catalog.h"

using namespace banyan;
using namespace banyan::storage;

namespace {

std::string Key(int i) { return "file-" + std::to_string(10'000 + i); }

Sha256 BuildTree(NodeStore& nodes, int count) {
  std::vector<SearchChange> changes;
  for (int i = 0; i < count; ++i) changes.push_back({Key(i), std::string(100, 'v')});
  return MUST(UpdateTree(nodes, MUST(EmptyTree(nodes)), changes));
}

}  // namespace

TEST_CASE("WhatRootsReachIsInserted") {
  banyan::testing::TestCatalog catalog;
  MUST(catalog.database().Write([&](Connection& connection) -> Status {
    CatalogNodes nodes(connection);
    std::vector<Sha256> roots = {BuildTree(nodes, 5000)};
    for (int i = 0; i < 20; ++i) {
      const SearchChange change{Key(i * 200), "new"};
      roots.push_back(MUST(UpdateTree(nodes, roots.back(), std::span(&change, 1))));
    }
    const Sha256 left_over = MUST(EmptyTree(nodes));
    MUST(nodes.TakePending().Insert(connection, roots));
    CHECK(MUST(FindNode(connection, left_over)) == Presence::Absent);
    CatalogNodes stored(connection);
    for (std::size_t i = 0; i < roots.size(); ++i) {
      CHECK(MUST(CountItems(stored, roots[i])) == 5000);
      const auto value = MUST(FindInTree(stored, roots[i], Key(0)));
      CHECK((*value == "new") == (i > 0));
    }
    return Ok();
  }));
}

TEST_CASE("PendingVersionsOfANodeTakeLittleMemory") {
  PendingNodes pending;
  MemoryNodes nodes;
  Sha256 root = BuildTree(nodes, 1000);
  for (int i = 0; i < 100; ++i) {
    const SearchChange change{Key(i * 10), "new " + std::to_string(i)};
    root = MUST(UpdateTree(nodes, root, std::span(&change, 1)));
  }
  std::size_t whole = 0;
  for (const auto& [id, node] : nodes.nodes()) {
    pending.Add(id, node);
    CHECK(*pending.Find(id) == node);
    whole += node.size();
  }
  CHECK(pending.held_bytes() * 10 < whole);
  CHECK_FALSE(pending.Find(HashSha256({})));
}
