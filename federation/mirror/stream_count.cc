#include "federation/mirror/stream_count.h"

namespace banyan::federation {

void StreamCount::Measure(std::int64_t from_ms) {
  from_ms_ = from_ms;
  bytes_ = 0;
}

void StreamCount::Came(std::uint64_t bytes, const Use& use, std::int64_t now_ms) {
  const bool is_full = use.peers > 0 && use.exchanges >= use.peers * each_;
  if (!is_full) return Measure(-1);
  if (from_ms_ < 0) {
    Measure(now_ms + (has_begun_ ? kSettleMs : kBeginMs));
    has_begun_ = true;
    return;
  }
  if (now_ms < from_ms_) return;
  bytes_ += bytes;
  if (now_ms - from_ms_ < kWindowMs) return;
  Judge(static_cast<double>(bytes_) / static_cast<double>(now_ms - from_ms_), use.peers, now_ms);
}

void StreamCount::Judge(double bytes_per_ms, std::size_t peers, std::int64_t now_ms) {
  Measure(now_ms + kSettleMs);
  if (is_trying_ && bytes_per_ms < before_ * kGain) {
    each_ /= 2;
    is_trying_ = false;
    next_try_ms_ = now_ms + kPauseMs;
    return;
  }
  is_trying_ = false;
  const bool is_fast = bytes_per_ms >= kFastBytesPerMs * static_cast<double>(peers * each_);
  if (is_fast || each_ == kMost || now_ms < next_try_ms_) return;
  before_ = bytes_per_ms;
  each_ *= 2;
  is_trying_ = true;
}

}  // namespace banyan::federation
