#pragma once
// The time seam. Production code asks a Clock, never the system; tests move a fake one.

#include <cstdint>
#include <string>
#include <string_view>

#include "storage/base/result.h"

namespace banyan {

class Clock {
 public:
  virtual ~Clock() = default;
  // Wall time, milliseconds since 1970 UTC. May jump.
  virtual std::int64_t NowMs() const = 0;
  // Milliseconds that never go backwards, from an arbitrary start.
  virtual std::int64_t MonotonicMs() const = 0;
  // Blocks the calling thread.
  virtual void SleepMs(std::int64_t duration_ms) = 0;
};

// The machine's own clock; lives as long as the process; thread safe.
Clock& SystemClock();

// "2026-01-31T23:59:59.000Z": the only date form Hub clients accept. Inverse of ParseIsoTime,
// which also takes no fraction or one of 1 to 9 digits (kept to the millisecond).
std::string ToIsoTime(std::int64_t unix_ms);
Result<std::int64_t> ParseIsoTime(std::string_view text);

}  // namespace banyan
