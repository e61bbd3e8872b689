#include "node/rate_limiter.h"

#include <algorithm>
#include <cmath>

#include "node/http/network.h"
#include "storage/base/bytes.h"

namespace banyan::node {

RateLimiter::Bucket& RateLimiter::Touch(std::string_view client, const RateLimit& limit) {
  const std::int64_t now_ms = clock_.MonotonicMs();
  const auto full = static_cast<double>(limit.requests);
  if (const auto found = by_client_.find(client); found != by_client_.end()) {
    buckets_.splice(buckets_.begin(), buckets_, found->second);
    Bucket& bucket = buckets_.front();
    const auto share =
        static_cast<double>(now_ms - bucket.filled_ms) / static_cast<double>(limit.window.ms);
    bucket.level = std::min(full, bucket.level + share * full);
    bucket.filled_ms = now_ms;
    return bucket;
  }
  if (buckets_.size() == kMaxClients) {
    by_client_.erase(buckets_.back().client);
    buckets_.pop_back();
  }
  buckets_.push_front({std::string(client), full, now_ms});
  by_client_.emplace(buckets_.front().client, buckets_.begin());
  return buckets_.front();
}

RateVerdict RateLimiter::Take(std::string_view client, const RateLimit& limit) {
  if (limit.requests == 0) return {};
  const auto full = static_cast<double>(limit.requests);
  const double seconds_each = static_cast<double>(limit.window.ms) / 1000 / full;
  MutexLock lock(mutex_);
  Bucket& bucket = Touch(client, limit);
  RateVerdict verdict;
  verdict.allowed = bucket.level >= 1;
  if (verdict.allowed) bucket.level -= 1;
  verdict.remaining = static_cast<std::int64_t>(bucket.level);
  const double lacking = verdict.remaining > 0 ? full - bucket.level : 1 - bucket.level;
  verdict.reset_s = static_cast<std::int64_t>(std::ceil(std::max(0.0, lacking) * seconds_each));
  return verdict;
}

std::size_t RateLimiter::size() const {
  MutexLock lock(mutex_);
  return buckets_.size();
}

std::string RateKey(std::string_view address) {
  const auto parsed = IpAddress::Parse(address);
  if (!parsed) return std::string(address);
  if (parsed->IsV4()) return parsed->ToString();
  return ToHex(ByteView(parsed->bytes()).first(8));
}

std::string ClientKey(const Request& request) {
  if (request.caller_node) return "node " + request.caller_node->ToString();
  if (request.caller.IsAnonymous()) return RateKey(request.peer_address);
  return "user " + std::to_string(request.caller.user);
}

}  // namespace banyan::node
