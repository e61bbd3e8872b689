#include "federation/follow/peer_pace.h"

#include <algorithm>

namespace banyan::federation {
namespace {

constexpr std::size_t kNewsKept = 64;
constexpr std::int64_t kSlower = 4;  // who is behind

}  // namespace

std::optional<HeadClaim> PeerPace::Expected(const News& news, std::int64_t now_ms) const {
  return now_ms - news.since_ms >= 2 * pause_ms_ ? news.head : news.before;
}

void PeerPace::Took(const HeadClaim& head, std::int64_t now_ms) {
  News taken{head, now_ms, {}};
  const auto same = std::ranges::find_if(
      news_, [&](const News& news) { return news.head.name.node == head.name.node; });
  if (same != news_.end()) {
    taken.before = Expected(*same, now_ms);
    news_.erase(same);
  }
  news_.push_back(std::move(taken));
  if (news_.size() > kNewsKept) news_.pop_front();
}

bool PeerPace::IsBehind(std::int64_t peer, const HintBook& shown, std::int64_t now_ms) const {
  bool lags = false;
  for (const auto& news : news_) {
    const auto expected = Expected(news, now_ms);
    if (!expected) continue;
    switch (shown.Compare(peer, *expected)) {
      case HintBook::Has::It: return false;
      case HintBook::Has::Less: lags = true; break;
      case HintBook::Has::Nothing: break;
    }
  }
  return lags;
}

void PeerPace::Asked(std::int64_t peer, const HintBook& shown, std::int64_t now_ms) {
  if (IsBehind(peer, shown, now_ms)) {
    behind_.insert(peer);
  } else {
    behind_.erase(peer);
  }
}

std::int64_t PeerPace::PauseMs(std::int64_t peer, std::size_t peers) const {
  const auto all = static_cast<std::int64_t>(peers);
  const auto behind = static_cast<std::int64_t>(behind_.size());
  if (behind >= all) return pause_ms_;
  if (behind_.contains(peer)) return kSlower * pause_ms_;
  const auto quicker = pause_ms_ * kSlower * (all - behind) / (kSlower * all - behind);
  return std::max(quicker, pause_ms_ / kSlower);
}

}  // namespace banyan::federation
