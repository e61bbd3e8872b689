#pragma once
// Signed requests that came, so that none counts twice (PROTOCOL.md section 7). What it keeps of a
// node is bounded: when that is full, the oldest go, and nothing as old as they counts any more.

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "federation/format/node_id.h"
#include "storage/base/mutex.h"

namespace banyan::node {

inline constexpr std::size_t kNoncesKept = 65'536;  // of one node

// Thread safe.
class NonceBook {
 public:
  // What was signed until `start_s` came before, perhaps: an earlier book had it. Not so when the
  // clock has gone back since.
  explicit NonceBook(std::size_t kept_max = kNoncesKept, std::int64_t start_s = -1)
      : kept_max_(kept_max), start_s_(start_s) {}

  // Denied, and the reason for whoever signed it, when it does not count.
  Status Take(const federation::NodeId& node, std::int64_t created_s, const std::string& nonce,
              std::int64_t now_s) EXCLUDES(mutex_);

 private:
  struct Seen {
    std::set<std::pair<std::int64_t, std::string>> signatures;
    std::int64_t floor_s = -1;  // nothing from then or earlier counts
  };

  const std::size_t kept_max_;
  const std::int64_t start_s_;
  Mutex mutex_;
  std::map<federation::NodeId, Seen> seen_ GUARDED_BY(mutex_);
};

}  // namespace banyan::node
