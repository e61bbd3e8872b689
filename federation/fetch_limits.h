#pragma once
// When, how fast and how much content a node fetches from others, and how much it keeps
// (PROTOCOL.md section 10). Logs, and with them takedowns, are read all the same. Values and pure
// functions, but for the time zone of the machine, in which days and windows are.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "storage/base/result.h"

namespace banyan::federation {

// A part of the day: minutes after midnight, the first in it and the first after it. One that
// begins later than it ends goes over midnight.
struct TimeWindow {
  int from = 0;
  int until = 0;

  // "22:00-06:00"; Invalid for anything else, and for an empty one.
  static Result<TimeWindow> Parse(std::string_view text);
  bool Has(int minute) const {
    return from < until ? from <= minute && minute < until : from <= minute || minute < until;
  }
  bool operator==(const TimeWindow&) const = default;
};

// 0 stands for no limit.
struct FetchLimits {
  std::vector<TimeWindow> windows;  // none: always
  std::uint64_t bytes_per_s = 0;
  std::uint64_t bytes_per_day = 0;
  std::uint64_t bytes_per_month = 0;
  std::uint64_t held_bytes = 0;         // of all mirrors together, logical
  std::uint64_t held_origin_bytes = 0;  // of those of one origin
  bool operator==(const FetchLimits&) const = default;
};

// A moment in the machine's time zone.
struct LocalTime {
  std::int64_t day = 0;    // 20261129
  std::int64_t month = 0;  // 202611
  int minute = 0;          // of the day
};
LocalTime LocalTimeOf(std::int64_t now_ms);

bool IsWithinWindows(const FetchLimits& limits, const LocalTime& now);

}  // namespace banyan::federation
