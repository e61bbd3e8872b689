// Many nodes that fetch one file at once, each by a plan of its own: what they take from the one
// that has the whole, and from one another.
#include "federation/mirror/swarm_plan.h"

#include <algorithm>

#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::federation;
using Order = SwarmPlan::Order;
using End = SwarmPlan::End;
using State = SwarmPlan::State;
using storage::ChunkSet;

namespace {

constexpr std::uint32_t kChunk = 65'536;
constexpr std::int64_t kTickMs = 20;
constexpr std::int64_t kAskMs = 500;  // who has what

// Peer 0 of each node is the origin, the others are the other nodes in their order. Each has a line
// of so many bytes a second for what it sends, shared by all that is sent at a time.
struct Crowd {
  struct Runner {
    Order order;
    double bytes = 0;
    bool is_stopped = false;
  };
  struct Node {
    SwarmPlan plan;
    std::vector<SwarmPlan::SectionId> sections;
    std::vector<ChunkSet> here;
    std::vector<ChunkSet> coming;
    std::vector<Runner> runners;
  };
  std::vector<Node> nodes;
  std::size_t sections;
  std::size_t chunks;          // of each
  std::vector<double> speeds;  // of the origin, and of each node
  std::vector<double> sent;
  std::int64_t now_ms = 0;

  Crowd(std::size_t count, std::size_t sections_, std::size_t chunks_, double origin, double node)
      : sections(sections_), chunks(chunks_), speeds(count + 1, node), sent(count + 1) {
    speeds[0] = origin;
    for (std::size_t i = 0; i < count; ++i) {
      std::vector<Holding> holdings(count, Holding::None());
      holdings[0] = Holding();
      nodes.push_back({SwarmPlan(count, {}, i + 1), {}, {}, {}, {}});
      for (std::size_t s = 0; s < sections; ++s) {
        nodes[i].here.emplace_back(chunks);
        nodes[i].coming.emplace_back(chunks);
        nodes[i].sections.push_back(nodes[i].plan.Add(storage::ChunkList(chunks, {{}, kChunk}),
                                                      ChunkSet::All(chunks), holdings, now_ms));
      }
    }
  }
  // The sender behind a number among a node's peers.
  static std::size_t SenderOf(std::size_t node, std::size_t peer) {
    return peer == 0 || peer > node ? peer + (peer == 0 ? 0 : 1) : peer;
  }
  Node& NodeBehind(std::size_t sender) { return nodes[sender - 1]; }
  std::size_t SectionOf(const Node& node, const Order& order) const {
    return static_cast<std::size_t>(std::ranges::find(node.sections, order.section) -
                                    node.sections.begin());
  }

  void NoteComing(Node& node, const Order& order, bool is_coming) const {
    if (order.peer != 0) return;
    ChunkSet& coming = node.coming[SectionOf(node, order)];
    for (auto c = order.first; c < order.end; ++c) is_coming ? coming.Add(c) : coming.Remove(c);
  }
  void TellHoldings() {
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      for (std::size_t peer = 1; peer < nodes.size(); ++peer) {
        const auto& other = NodeBehind(SenderOf(i, peer));
        const bool is_whole = std::ranges::all_of(other.here, &ChunkSet::IsAll);
        for (std::size_t s = 0; s < sections; ++s) {
          nodes[i].plan.SetHolding(
              nodes[i].sections[s], peer,
              is_whole ? Holding()
                       : Holding{Holding::Share::Part, true, other.here[s], other.coming[s]},
              now_ms);
        }
      }
    }
  }
  void Move(std::size_t i, const std::vector<std::size_t>& streams) {
    Node& node = nodes[i];
    for (auto& runner : node.runners) {
      const auto sender = SenderOf(i, runner.order.peer);
      const double bytes = speeds[sender] * double(kTickMs) / 1000 / double(streams[sender]);
      const double before = runner.bytes;
      const double size = double(runner.order.end - runner.order.first) * kChunk;
      runner.bytes = std::min(size, runner.bytes + bytes);
      sent[sender] += runner.bytes - before;
      node.plan.Moved(runner.order.id, static_cast<std::uint64_t>(runner.bytes - before), now_ms);
      for (auto c = before / kChunk; std::floor(c) < std::floor(runner.bytes / kChunk); c += 1) {
        runner.is_stopped = !node.plan.Came(runner.order.id, now_ms) || runner.is_stopped;
      }
    }
    std::erase_if(node.runners, [&](const Runner& runner) {
      const auto came = static_cast<std::size_t>(runner.bytes / kChunk);
      const auto end = runner.order.first + came;
      if (!runner.is_stopped && end < runner.order.end) return false;
      for (auto c = runner.order.first; c < end; ++c) {  // what came is kept all at once
        node.plan.Kept(runner.order.id, c, now_ms);
        node.here[SectionOf(node, runner.order)].Add(c);
      }
      NoteComing(node, runner.order, false);
      node.plan.Ended(runner.order.id, End::Done, now_ms);
      return true;
    });
  }
  bool IsDone(Node& node) const {
    return std::ranges::all_of(
        node.sections, [&](auto id) { return node.plan.StateOf(id, now_ms) == State::Here; });
  }
  // Seconds until all have all.
  double Run() {
    for (bool is_done = false; !is_done; now_ms += kTickMs) {
      REQUIRE(now_ms < 3'600'000);
      if (now_ms % kAskMs == 0) TellHoldings();
      std::vector<std::size_t> streams(sent.size());
      is_done = true;
      for (auto& node : nodes) {
        while (const auto order = node.plan.Next(now_ms)) {
          node.runners.push_back({*order});
          NoteComing(node, *order, true);
        }
        is_done = is_done && IsDone(node);
      }
      for (std::size_t i = 0; i < nodes.size(); ++i) {
        for (const auto& runner : nodes[i].runners) ++streams[SenderOf(i, runner.order.peer)];
      }
      for (std::size_t i = 0; i < nodes.size(); ++i) Move(i, streams);
    }
    return double(now_ms) / 1000;
  }
  double FileBytes() const { return double(sections * chunks) * kChunk; }
};

}  // namespace

TEST_CASE("SixteenNodesTakeLittleMoreThanOneCopyFromTheirOrigin") {
  Crowd crowd(16, 5, 820, 10e6, 10e6);
  const double seconds = crowd.Run();
  const double copies = crowd.sent[0] / crowd.FileBytes();
  INFO(copies << " copies in " << seconds << " s, one copy takes " << crowd.FileBytes() / 10e6);
  CHECK(copies < 1.4);
  CHECK(seconds < 2.5 * crowd.FileBytes() / 10e6);
}

TEST_CASE("OthersOnThinLinesDoNotKeepAnOriginIdle") {
  Crowd crowd(4, 2, 400, 20e6, 0.05e6);
  const double seconds = crowd.Run();
  INFO(seconds << " s, four copies from the origin take " << 4 * crowd.FileBytes() / 20e6);
  CHECK(seconds < 2 * 4 * crowd.FileBytes() / 20e6 + 10);
}
