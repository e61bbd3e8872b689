#include "federation/fetch_limits.h"

#include <time.h>

#include <algorithm>
#include <optional>

namespace banyan::federation {
namespace {

constexpr int kMinutesADay = 24 * 60;

// "22:00" to "24:00".
std::optional<int> ParseMinute(std::string_view text) {
  const auto digit = [&](std::size_t at) { return text[at] - '0'; };
  const auto is_digit = [&](std::size_t at) { return text[at] >= '0' && text[at] <= '9'; };
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  for (const std::size_t at : {0u, 1u, 3u, 4u}) {
    if (!is_digit(at)) return std::nullopt;
  }
  const int minutes = digit(3) * 10 + digit(4);
  const int minute = (digit(0) * 10 + digit(1)) * 60 + minutes;
  if (minutes >= 60 || minute > kMinutesADay) return std::nullopt;
  return minute;
}

}  // namespace

Result<TimeWindow> TimeWindow::Parse(std::string_view text) {
  const auto dash = text.find('-');
  if (dash != text.npos) {
    const auto from = ParseMinute(text.substr(0, dash));
    const auto until = ParseMinute(text.substr(dash + 1));
    if (from && until && *from != *until) return TimeWindow{*from, *until};
  }
  return Error(Errc::Invalid, "a window is two times of the day, such as \"22:00-06:00\"");
}

LocalTime LocalTimeOf(std::int64_t now_ms) {
  const time_t seconds = now_ms / 1000;
  struct tm local = {};
  localtime_r(&seconds, &local);
  const std::int64_t month = (local.tm_year + 1900) * 100 + local.tm_mon + 1;
  return {month * 100 + local.tm_mday, month, local.tm_hour * 60 + local.tm_min};
}

bool IsWithinWindows(const FetchLimits& limits, const LocalTime& now) {
  return limits.windows.empty() || std::ranges::any_of(limits.windows, [&](const auto& window) {
           return window.Has(now.minute);
         });
}

}  // namespace banyan::federation
