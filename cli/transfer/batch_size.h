#pragma once
// How much goes into one batch of chunks. A batch is lost when the line breaks under it, so it is
// made as large as the line carries in about a second: small on a thin link, where every byte is
// dear, large on a fast one, where the round trip is.

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace banyan::cli {

// Thread safe.
class BatchSize {
 public:
  static constexpr std::uint64_t kFirstBytes = 1u << 20;
  static constexpr std::uint64_t kMinBytes = 256u << 10;
  static constexpr std::uint64_t kMaxBytes = 8u << 20;
  static constexpr std::int64_t kShortMs = 500;
  static constexpr std::int64_t kLongMs = 2000;

  // `limit_bytes`: what the node takes.
  explicit BatchSize(std::uint64_t limit_bytes)
      : max_bytes_(std::min(kMaxBytes, limit_bytes)), bytes_(std::min(kFirstBytes, max_bytes_)) {}

  std::uint64_t bytes() const { return bytes_; }
  // A batch of this size took so long. One that was not full says nothing about larger ones.
  void Learn(std::uint64_t size_bytes, std::int64_t took_ms) {
    const std::uint64_t now = bytes_;
    if (took_ms > kLongMs) bytes_ = std::min(now, std::max(kMinBytes, size_bytes / 2));
    if (took_ms < kShortMs && size_bytes > now / 2) {
      bytes_ = std::clamp(size_bytes * 2, now, max_bytes_);
    }
  }

 private:
  const std::uint64_t max_bytes_;
  std::atomic<std::uint64_t> bytes_;
};

}  // namespace banyan::cli
