#pragma once
// Token buckets, one for each client. A bucket holds the requests of one window and refills
// evenly, so that a client may burst and then goes on at the mean rate. Memory is bounded: beyond
// kMaxClients the client that was seen longest ago is forgotten. Thread safe.

#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "node/http/http_types.h"
#include "node/units.h"
#include "storage/base/clock.h"
#include "storage/base/mutex.h"

namespace banyan::node {

struct RateLimit {
  std::int64_t requests = 0;  // in one window; 0: no limit
  Duration window{300'000};
};

struct RateVerdict {
  bool allowed = true;
  std::int64_t remaining = 0;
  // Seconds until the next request is allowed; when some are, until the bucket is full.
  std::int64_t reset_s = 0;
};

class RateLimiter {
 public:
  static constexpr std::size_t kMaxClients = 1u << 16;
  explicit RateLimiter(Clock& clock) : clock_(clock) {}

  // Takes one request from the client's bucket, if there is one left. A key is used with the
  // same limit always.
  RateVerdict Take(std::string_view client, const RateLimit& limit);
  std::size_t size() const;

 private:
  struct Bucket {
    std::string client;
    double level = 0;  // requests left
    std::int64_t filled_ms = 0;
  };
  using Buckets = std::list<Bucket>;  // most recently seen first

  Bucket& Touch(std::string_view client, const RateLimit& limit) REQUIRES(mutex_);

  Clock& clock_;
  mutable Mutex mutex_;
  Buckets buckets_ GUARDED_BY(mutex_);
  std::unordered_map<std::string_view, Buckets::iterator> by_client_ GUARDED_BY(mutex_);
};

// The key of an address that is not signed in: the address, for IPv6 its /64, which is what one
// subscriber gets.
std::string RateKey(std::string_view address);
// The key of who sent a request, as the front knows it: the node that signed it, the user, or the
// address of who is neither.
std::string ClientKey(const Request& request);

}  // namespace banyan::node
