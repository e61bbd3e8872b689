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
  auto& place = shown_[{peer, head.name.node}];
  place = std::max(place, PlaceOf(head));
}

HintBook::Has HintBook::Compare(std::int64_t peer, const HeadClaim& head) const {
  const auto found = shown_.find({peer, head.name.node});
  if (found == shown_.end()) return Has::Nothing;
  return found->second < PlaceOf(head) ? Has::Less : Has::It;
}

bool HintBook::IsToBeTold(std::int64_t peer, const HeadClaim& head) {
  auto& told = told_[{peer, head.name.node}];
  if (told >= PlaceOf(head) || Compare(peer, head) == Has::It) return false;
  told = PlaceOf(head);
  return true;
}

}  // namespace banyan::federation
