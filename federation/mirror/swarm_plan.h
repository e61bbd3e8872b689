#pragma once
// Which peer is asked for what, when the lacking chunks of some files come from several peers at
// once. Decisions only: it has no threads, no clock and no bytes.
//
//   wanted ──Next──▶ asked: an order, a run of neighbours of one section, of one peer
//     ▲                │
//     │                ├──Kept──▶ here
//     └─────Ended──────┘  what did not come
//
// 1. Of the sections that a peer has something of, the one that fewest peers have goes first.
// 2. An order is as much as the peer's connection carries in four seconds, and not very little;
//    less towards the end, so that all end together, which those that bring much in no time need
//    not; nothing of one that would not bring it before much faster ones have all the rest. What is
//    in flight is bounded in all.
// 3. Each peer has at most StreamCount orders at a time.
// 4. When nothing is left to ask for, the end of an order that will take long is asked of a faster
//    peer too. Whoever is later is told to stop. So few bytes come twice; more only of a peer from
//    which nothing comes any more.
// 5. Who has not a section is not asked for it until it says otherwise; who fails pauses, longer
//    each time; who lies, or failed too often, is out. Who gave something is waited for through an
//    outage.
// 6. While others fetch the same file, as peers that have a part of it show, all begin in different
//    places, and who has the whole is asked for little at a time and only for what nobody else has
//    or is getting: so many nodes take one copy from it, and the rest from one another. Unless it
//    is much faster than all of them together, which may be lying or on thin lines.

#include <map>
#include <optional>
#include <random>
#include <vector>

#include "federation/mirror/stream_count.h"
#include "federation/mirror/swarm_section.h"

namespace banyan::federation {

struct SwarmLimits {
  std::uint64_t bytes_in_flight = 64u << 20;  // asked for and not kept yet
  std::size_t orders = 32;
  std::uint64_t order_min_bytes = 64u << 10;     // towards the end
  std::uint64_t order_short_bytes = 256u << 10;  // else: between two orders a line is idle
  std::uint64_t order_max_bytes = 8u << 20;
  std::int64_t order_ms = 4'000;
  std::int64_t order_min_ms = 100;  // what comes sooner is not worth a request of its own
  std::uint64_t twice_min_bytes = 128u << 10;
  std::uint64_t twice_share = 64;   // bytes that may be asked for twice: this part of all,
  std::int64_t stalled_ms = 5'000;  // besides those of an order of which nothing came so long,
  std::uint64_t little_bytes = 128u << 10;  // less in that time is little
  std::int64_t slow_ms = 10'000;            // or whose rest will take longer than this
  int failures = 4;                         // one after another, and a peer is out
  std::int64_t patience_ms = 15 * 60'000;   // unless it gave something so recently
  std::size_t shared_orders = 2;            // of a peer with the whole, while others fetch it too;
  std::uint64_t shared_bytes = 256u << 10;  // so much each
  // From the begin, in which those that have nothing may be found to fetch it too.
  std::int64_t come_ms = 5'000;
  std::int64_t news_ms = 60'000;  // while only parts are there, and nothing new is
};

// Sizes are those of chunks; on the wire they may be less. Used by one thread at a time.
class SwarmPlan {
 public:
  using SectionId = std::uint64_t;
  using OrderId = std::uint64_t;
  struct Order {
    OrderId id = 0;
    std::size_t peer = 0;
    SectionId section = 0;
    std::size_t first = 0;  // chunks [first, end) of the section
    std::size_t end = 0;
    bool has_part = false;  // the peer, of the file
  };

  // `seed`: where it begins, which should differ from node to node.
  explicit SwarmPlan(std::size_t peers, const SwarmLimits& limits = {}, std::uint64_t seed = 0)
      : limits_(limits), random_(seed), peers_(peers), streams_(peers) {}

  // What each peer has is known, or assumed.
  SectionId Add(const storage::ChunkList& chunks, const storage::ChunkSet& wanted,
                std::vector<Holding> holdings, std::int64_t now_ms);
  // It says otherwise.
  void SetHolding(SectionId section, std::size_t peer, Holding holding, std::int64_t now_ms);
  // Forgets a section; its orders are told to stop.
  void Drop(SectionId section);
  enum class State { Going, Here, Hopeless };  // Hopeless: nobody is left to ask
  State StateOf(SectionId section, std::int64_t now_ms) const;

  // To be carried out now; none: wait for a change, or until NextChanceMs.
  std::optional<Order> Next(std::int64_t now_ms);
  // When a peer's pause ends that could be asked for something then.
  std::optional<std::int64_t> NextChanceMs(std::int64_t now_ms) const;
  bool has_orders() const { return !orders_.empty(); }
  // It is asked for nothing any more.
  bool IsOut(std::size_t peer, std::int64_t now_ms) const { return IsOut(peers_[peer], now_ms); }

  // So many bytes of an order came. False: the rest of it is not wanted any more.
  bool Moved(OrderId order, std::uint64_t bytes, std::int64_t now_ms);
  // One more chunk of it came whole. False as above.
  bool Came(OrderId order, std::int64_t now_ms);
  // It was verified, and is durable.
  void Kept(OrderId order, std::size_t chunk, std::int64_t now_ms);
  enum class End { Done, Absent, Failed, Lied };  // Absent: it has not what it was asked for
  void Ended(OrderId order, End end, std::int64_t now_ms);

 private:
  struct Peer {
    bool is_liar = false;
    std::size_t orders = 0;
    int failures = 0;           // since something came
    OrderId failures_from = 0;  // orders before this one failed with the last failure
    std::int64_t paused_until_ms = 0;
    std::optional<std::int64_t> gave_ms;  // when something came last
    bool breaks_promises = false;         // what it says it is getting does not count
    bool gives_little = false;            // as Next saw it last
    double bytes_per_ms = 0;              // of one order; 0: not known
  };
  struct Running {
    Order order;
    std::size_t next = 0;  // the chunk that comes
    std::int64_t begun_ms = 0;
    std::int64_t moved_ms = 0;  // when it began, or something came last
    std::uint64_t came_bytes = 0;
    bool is_doubled = false;
  };

  bool IsOut(const Peer& peer, std::int64_t now_ms) const;
  bool IsReady(std::size_t peer, std::int64_t now_ms) const;  // not out, and does not pause
  bool IsFree(std::size_t peer, std::int64_t now_ms) const;
  std::size_t PeersIn(std::int64_t now_ms) const;
  std::size_t Holders(const SwarmSection& section, std::int64_t now_ms) const;
  bool IsEarly(std::int64_t now_ms) const;
  bool IsShared(const SwarmSection& section, std::int64_t now_ms) const;
  void LookWhoGivesLittle(std::int64_t now_ms);
  storage::ChunkSet SoonOf(const SwarmSection& section, std::size_t peer,
                           std::int64_t now_ms) const;
  bool IsLeftToOthers(const SwarmSection& section, std::size_t peer, std::int64_t now_ms) const;
  storage::ChunkSet Allowed(const SwarmSection& section, std::size_t peer,
                            std::int64_t now_ms) const;
  double RestMs(const SwarmSection& section, std::size_t peer, std::int64_t now_ms) const;
  std::uint64_t OrderBytes(const Peer& peer, double rest_ms, std::int64_t now_ms) const;
  struct Choice;
  std::optional<Choice> Choose(std::size_t peer, std::int64_t now_ms);
  std::optional<Order> NextOf(std::size_t peer, std::int64_t now_ms);
  std::optional<Order> Double(std::size_t peer, std::int64_t now_ms);
  Order Begin(Order order, std::int64_t now_ms);
  bool IsWanted(const Running& running) const;
  static std::uint64_t BytesLeft(const Running& running, const SwarmSection& section);
  bool IsStalled(const Running& running, double left_ms, std::int64_t now_ms) const;
  static double MsLeft(const Running& running, std::uint64_t bytes, std::int64_t now_ms);

  const SwarmLimits limits_;
  std::minstd_rand random_;
  std::vector<Peer> peers_;
  std::map<SectionId, SwarmSection> sections_;
  std::map<OrderId, Running> orders_;
  StreamCount streams_;
  std::optional<std::int64_t> begun_ms_;
  std::uint64_t last_id_ = 0;
  std::uint64_t bytes_in_flight_ = 0;
  std::uint64_t all_bytes_ = 0;     // that were wanted
  std::uint64_t wanted_bytes_ = 0;  // in no order now
  std::uint64_t twice_bytes_ = 0;   // asked of two peers
};

}  // namespace banyan::federation
