#include "tests/simulation/topology.h"

#include <algorithm>
#include <array>
#include <utility>

namespace banyan::simulation {
namespace {

constexpr std::array kNames = {std::pair{Topology::Pair, "pair"},
                               std::pair{Topology::Ring, "ring"},
                               std::pair{Topology::Star, "star"},
                               std::pair{Topology::Clique, "clique"},
                               std::pair{Topology::SmallWorld, "small-world"},
                               std::pair{Topology::Regular, "regular"},
                               std::pair{Topology::Campus, "campus"}};
constexpr std::size_t kDegree = 5;

class Drawing {
 public:
  explicit Drawing(std::size_t nodes) {
    edges_.peers.resize(nodes), edges_.behind_nat.resize(nodes);
  }

  std::size_t size() const { return edges_.peers.size(); }
  std::size_t degree(std::size_t node) const { return edges_.peers[node].size(); }
  void Dials(std::size_t from, std::size_t to) {
    auto& peers = edges_.peers[from];
    if (from != to && std::ranges::find(peers, to) == peers.end()) peers.push_back(to);
  }
  void Join(std::size_t a, std::size_t b) { Dials(a, b), Dials(b, a); }
  void Hide(std::size_t node) { edges_.behind_nat[node] = true; }
  Edges Take() {
    for (auto& peers : edges_.peers) std::ranges::sort(peers);
    return std::move(edges_);
  }

  // Nodes [first, size) in a ring, each with its next but one, and far edges for one in four.
  void SmallWorld(std::size_t first, FakeRandom& random) {
    const auto count = size() - first;
    for (std::size_t i = 0; i < count; ++i) {
      Join(first + i, first + (i + 1) % count);
      Join(first + i, first + (i + 2) % count);
      if (random.OneIn(4)) Join(first + i, first + random.Below(count));
    }
  }

  // Edges between nodes that still lack some; the last ones may end with less.
  void Regular(FakeRandom& random) {
    for (std::size_t i = 0; i < size(); ++i) Join(i, (i + 1) % size());  // all hang together
    std::vector<std::size_t> open(size());
    for (std::size_t i = 0; i < size(); ++i) open[i] = i;
    for (auto tries = size() * 50; tries > 0 && open.size() > 1; --tries) {
      const auto a = open[random.Below(open.size())];
      const auto b = open[random.Below(open.size())];
      Join(a, b);
      std::erase_if(open, [&](std::size_t node) { return degree(node) >= kDegree; });
    }
  }

 private:
  Edges edges_;
};

}  // namespace

std::string ToString(Topology topology) {
  return std::ranges::find(kNames, topology, [](const auto& item) { return item.first; })->second;
}

Result<Topology> ParseTopology(const std::string& text) {
  const auto found =
      std::ranges::find(kNames, text, [](const auto& item) { return std::string(item.second); });
  if (found != kNames.end()) return found->first;
  return Error(Errc::Invalid, "no such topology: " + text);
}

const std::vector<Topology>& AllTopologies() {
  static const std::vector<Topology> all = [] {
    std::vector<Topology> list;
    for (const auto& [topology, name] : kNames) list.push_back(topology);
    return list;
  }();
  return all;
}

Edges MakeEdges(Topology topology, std::size_t nodes, FakeRandom& random) {
  Drawing drawing(topology == Topology::Pair ? 2 : nodes);
  nodes = drawing.size();
  switch (topology) {
    case Topology::Pair: drawing.Join(0, 1); break;
    case Topology::Ring:
      for (std::size_t i = 0; i < nodes; ++i) drawing.Join(i, (i + 1) % nodes);
      break;
    case Topology::Star:
      for (std::size_t i = 1; i < nodes; ++i) drawing.Join(0, i);
      break;
    case Topology::Clique:
      for (std::size_t i = 0; i < nodes; ++i) {
        for (std::size_t j = 0; j < i; ++j) drawing.Join(i, j);
      }
      break;
    case Topology::SmallWorld: drawing.SmallWorld(0, random); break;
    case Topology::Regular: drawing.Regular(random); break;
    case Topology::Campus: {
      const auto inside = nodes / 2;
      for (std::size_t i = 1; i < inside; ++i) drawing.Dials(i, 0), drawing.Hide(i);
      drawing.SmallWorld(inside, random);
      drawing.Join(0, inside);
      drawing.Join(0, nodes - 1);
      break;
    }
  }
  return drawing.Take();
}

}  // namespace banyan::simulation
