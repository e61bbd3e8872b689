#include "federation/follow/hint_book.h"

#include <algorithm>

namespace banyan::federation {

HintBook::Bucket& HintBook::Filled(std::int64_t peer, std::int64_t now_ms) {
  auto& bucket = buckets_.try_emplace(peer, Bucket{kHintsAtOnce * 1000, now_ms}).first->second;
  const auto passed_ms = now_ms - std::exchange(bucket.filled_ms, now_ms);
  bucket.hints_x1000 =
      std::min(bucket.hints_x1000 + passed_ms * kHintsPerSecond, kHintsAtOnce * 1000);
  return bucket;
}

HintBook::Verdict HintBook::Admit(std::int64_t peer, std::int64_t now_ms) {
  auto& bucket = Filled(peer, now_ms);
  if (bucket.hints_x1000 < 1000) return Verdict::Refuse;
  bucket.hints_x1000 -= 1000;
  return Verdict::Take;
}

void HintBook::Failed(std::int64_t peer, std::int64_t now_ms) {
  Filled(peer, now_ms).hints_x1000 = -kHintsLostByFailure * 1000;
}

void HintBook::Came(std::int64_t peer, std::int64_t now_ms) {
  auto& bucket = Filled(peer, now_ms);
  bucket.hints_x1000 = std::max(bucket.hints_x1000, kHintsWhenBack * 1000);
}

void HintBook::Shown(std::int64_t peer, const HeadClaim& head) {
  auto& place = has_[{peer, head.name.node}];
  place = std::max(place, Place{head.name.epoch, head.state.size});
}

HintBook::Has HintBook::Compare(std::int64_t peer, const HeadClaim& head) const {
  const auto found = has_.find({peer, head.name.node});
  if (found == has_.end()) return Has::Nothing;
  return found->second < Place{head.name.epoch, head.state.size} ? Has::Less : Has::It;
}

bool HintBook::IsToBeTold(std::int64_t peer, const HeadClaim& head) {
  if (Compare(peer, head) == Has::It) return false;
  Shown(peer, head);
  return true;
}

}  // namespace banyan::federation
