#include "node/http/unsent_limit.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace banyan::node {
namespace {

constexpr std::size_t kJudgedBytes = 4u << 20;
constexpr std::int64_t kFastMs = 250;  // for kJudgedBytes

}  // namespace

UnsentLimit::UnsentLimit(int fd, Clock& clock)
    : fd_(fd), clock_(clock), since_ms_(clock.MonotonicMs()) {
  Set(kNarrowBytes);
}

void UnsentLimit::Moved(std::size_t bytes) {
  moved_bytes_ += bytes;
  if (moved_bytes_ < kJudgedBytes) return;
  const std::int64_t now_ms = clock_.MonotonicMs();
  Set(now_ms - since_ms_ <= kFastMs ? kWideBytes : kNarrowBytes);
  moved_bytes_ = 0;
  since_ms_ = now_ms;
}

void UnsentLimit::Set(int limit_bytes) {
  if (limit_bytes == limit_bytes_) return;
  limit_bytes_ = limit_bytes;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &limit_bytes, sizeof limit_bytes);
}

}  // namespace banyan::node
