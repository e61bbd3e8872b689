#pragma once
// Which peer is asked for what, when the lacking chunks of some files come from several peers at
// once. Decisions only: it has no threads, no clock and no bytes.
//
//   wanted ──Next──▶ asked: an order, a run of neighbours of one section, of one peer
//     ▲                │
//     │                ├──Kept──▶ here
//     └─────Ended──────┘  what did not come
//
// 1. Of the sections that a peer holds, the one that fewest peers hold goes first.
// 2. An order is as much as the peer's connection carries in four seconds, less towards the end, so
//    that all end together: a slow peer gets little. What is in flight is bounded in all.
// 3. Each peer has at most StreamCount orders at a time.
// 4. When nothing is left to ask for, the end of an order that will take long is asked of a faster
//    peer too. Whoever is later is told to stop. So few bytes come twice; more only of a peer from
//    which nothing comes any more.
// 5. Who has not a section is not asked for it again; who fails pauses, longer each time; who lies,
//    or failed too often, is out. Who gave something is waited for through an outage.

#include <map>
#include <optional>
#include <vector>

#include "federation/mirror/stream_count.h"
#include "storage/content/chunk.h"

namespace banyan::federation {

struct SwarmLimits {
  std::uint64_t bytes_in_flight = 64u << 20;  // asked for and not kept yet
  std::size_t orders = 32;
  std::uint64_t order_min_bytes = 128u << 10;
  std::uint64_t order_first_bytes = 256u << 10;  // of a peer whose speed is not known
  std::uint64_t order_max_bytes = 8u << 20;
  std::int64_t order_ms = 4'000;
  std::uint64_t twice_share = 64;   // bytes that may be asked for twice: this part of all,
  std::int64_t stalled_ms = 5'000;  // besides those of an order of which nothing came so long
  int failures = 4;                 // one after another, and a peer is out
  std::int64_t patience_ms = 15 * 60'000;  // unless it gave something so recently
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
  };

  explicit SwarmPlan(std::size_t peers, const SwarmLimits& limits = {})
      : limits_(limits), peers_(peers) {}

  // A flag a chunk: it is wanted; a flag a peer: it holds the section, as far as is known.
  SectionId Add(const storage::ChunkList& chunks, const std::vector<bool>& wanted,
                std::vector<bool> holders);
  // Forgets a section; its orders are told to stop.
  void Drop(SectionId section);
  enum class State { Going, Here, Hopeless };  // Hopeless: nobody is left to ask
  State StateOf(SectionId section, std::int64_t now_ms) const;

  // To be carried out now; none: wait for a change, or until NextChanceMs.
  std::optional<Order> Next(std::int64_t now_ms);
  // When a peer's pause ends that could be asked for something then.
  std::optional<std::int64_t> NextChanceMs(std::int64_t now_ms) const;
  bool has_orders() const { return !orders_.empty(); }

  // So many bytes of an order came.
  void Moved(OrderId order, std::uint64_t bytes, std::int64_t now_ms);
  // One more chunk of it came whole. False: its other chunks are not wanted any more.
  bool Came(OrderId order, std::int64_t now_ms);
  // It was verified, and is durable.
  void Kept(OrderId order, std::size_t chunk);
  enum class End { Done, Absent, Failed, Lied };
  void Ended(OrderId order, End end, std::int64_t now_ms);

 private:
  struct Peer {
    bool is_liar = false;
    std::size_t orders = 0;
    int failures = 0;           // since something came
    OrderId failures_from = 0;  // orders before this one failed with the last failure
    std::int64_t paused_until_ms = 0;
    std::optional<std::int64_t> gave_ms;  // when something came last
    double bytes_per_ms = 0;              // of one order; 0: not known
  };
  struct Section {
    std::vector<std::uint32_t> sizes;
    std::vector<bool> here;            // or not wanted
    std::vector<std::uint8_t> orders;  // that a chunk is in
    std::vector<bool> holders;
    std::size_t lacking = 0;  // chunks not here
    std::size_t wanted = 0;   // of these, in no order
    std::size_t from = 0;     // no chunk before it is wanted
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
  bool IsFree(const Peer& peer, std::int64_t now_ms) const;
  std::size_t PeersIn(std::int64_t now_ms) const;
  std::size_t Holders(const Section& section, std::int64_t now_ms) const;
  std::uint64_t OrderBytes(const Peer& peer, std::int64_t now_ms) const;
  std::optional<Order> NextOf(std::size_t peer, std::int64_t now_ms);
  std::optional<Order> Double(std::size_t peer, std::int64_t now_ms);
  Order Begin(Order order, std::int64_t now_ms);
  static std::uint64_t BytesLeft(const Running& running, const Section& section);
  static double MsLeft(const Running& running, std::uint64_t bytes, std::int64_t now_ms);

  const SwarmLimits limits_;
  std::vector<Peer> peers_;
  std::map<SectionId, Section> sections_;
  std::map<OrderId, Running> orders_;
  StreamCount streams_;
  std::uint64_t last_id_ = 0;
  std::uint64_t bytes_in_flight_ = 0;
  std::uint64_t all_bytes_ = 0;     // that were wanted
  std::uint64_t wanted_bytes_ = 0;  // in no order now
  std::uint64_t twice_bytes_ = 0;   // asked of two peers
};

}  // namespace banyan::federation
