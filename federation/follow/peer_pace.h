#pragma once
// How often each peer is asked. A peer that does not show what has been here for a while is asked
// a quarter as often, and the others the more often, so that all together costs the same: news come
// sooner where half of the mirrors are stale. In memory only.

#include <deque>
#include <optional>
#include <set>

#include "federation/follow/hint_book.h"

namespace banyan::federation {

class PeerPace {
 public:
  // `pause_ms` between two rounds with a peer, where all keep up.
  explicit PeerPace(std::int64_t pause_ms) : pause_ms_(pause_ms) {}

  // This head is held here from now on.
  void Took(const HeadClaim& head, std::int64_t now_ms);
  // A round with the peer ended. Of the last heads that came it may have shown none in time, and
  // is behind then; what it never showed at all, it does not hold.
  void Asked(std::int64_t peer, const HintBook& shown, std::int64_t now_ms);
  // Until the next round with it, which is one of so many peers.
  std::int64_t PauseMs(std::int64_t peer, std::size_t peers) const;

 private:
  struct News {
    HeadClaim head;
    std::int64_t since_ms = 0;
    std::optional<HeadClaim> before;  // an earlier one, that was here long enough
  };
  // Who keeps up shows at least this by now; nullopt: it may be on its way there.
  std::optional<HeadClaim> Expected(const News& news, std::int64_t now_ms) const;
  bool IsBehind(std::int64_t peer, const HintBook& shown, std::int64_t now_ms) const;

  const std::int64_t pause_ms_;
  std::deque<News> news_;          // oldest first, one for each log
  std::set<std::int64_t> behind_;  // peers
};

}  // namespace banyan::federation
