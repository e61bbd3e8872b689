#pragma once
// How many bytes the kernel takes from us before the network has taken them (TCP_NOTSENT_LOWAT):
// few for a client that does not read, for else a thousand of them hold gigabytes; many for a
// client that keeps a processor busy, for else both sides sleep and wake for every few packets.

#include <cstddef>
#include <cstdint>

#include "storage/base/clock.h"

namespace banyan::node {

// Of one connected socket, whose descriptor it does not own. Used by one thread.
class UnsentLimit {
 public:
  static constexpr int kNarrowBytes = 256 << 10;
  static constexpr int kWideBytes = 2 << 20;

  // Narrow at first.
  UnsentLimit(int fd, Clock& clock);
  // The kernel took so many bytes more: wide once 4 MiB went within a quarter of a second, narrow
  // again once they did not.
  void Moved(std::size_t bytes);

 private:
  void Set(int limit_bytes);

  const int fd_;
  Clock& clock_;
  int limit_bytes_ = 0;
  std::size_t moved_bytes_ = 0;  // since `since_ms_`
  std::int64_t since_ms_;
};

}  // namespace banyan::node
