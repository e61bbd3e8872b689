#pragma once
// Hints: who was told of which head, and how many hints of a peer are taken (PROTOCOL.md section 8,
// rows 11 and 12 of the attacks). In memory only: what it forgets at a restart costs a round.

#include <map>
#include <utility>

#include "federation/follow/head_claim.h"

namespace banyan::federation {

inline constexpr std::int64_t kHintsPerSecond = 10;
inline constexpr std::int64_t kHintsAtOnce = 100;
inline constexpr std::int64_t kHintsWhenBack = 10;
inline constexpr std::int64_t kHintsLostByFailure = 600;  // a minute of them

class HintBook {
 public:
  enum class Verdict { Take, Refuse };
  // The peer sent a hint.
  Verdict Admit(std::int64_t peer, std::int64_t now_ms);
  // A round with it failed: none of its hints is taken for a while.
  void Failed(std::int64_t peer, std::int64_t now_ms);
  // It was away and is back: its failures cost it nothing any more, and a few hints are taken.
  void Came(std::int64_t peer, std::int64_t now_ms);

  // The peer showed this head, or a hint of it.
  void Shown(std::int64_t peer, const HeadClaim& head);
  // What it showed last of that log; what it was told does not count.
  enum class Has { Nothing, Less, It };
  Has Compare(std::int64_t peer, const HeadClaim& head) const;
  // True at most once for each head and peer, and never for one that it has.
  bool IsToBeTold(std::int64_t peer, const HeadClaim& head);

 private:
  friend class ServiceMemory;
  struct Bucket {
    std::int64_t hints_x1000 = kHintsAtOnce * 1000;
    std::int64_t filled_ms = 0;
  };
  using Place = std::pair<std::uint64_t, std::uint64_t>;  // epoch and size: they only grow
  static Place PlaceOf(const HeadClaim& head) { return {head.name.epoch, head.state.size}; }
  Bucket& Filled(std::int64_t peer, std::int64_t now_ms);

  std::map<std::int64_t, Bucket> buckets_;                          // by peer
  using Places = std::map<std::pair<std::int64_t, NodeId>, Place>;  // peer and origin
  Places shown_;
  Places told_;
};

}  // namespace banyan::federation
