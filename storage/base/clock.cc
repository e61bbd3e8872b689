#include "storage/base/clock.h"

#include <cctype>
#include <chrono>
#include <cstdio>
#include <thread>

namespace banyan {
namespace {

class RealClock final : public Clock {
 public:
  std::int64_t NowMs() const override {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  }
  std::int64_t MonotonicMs() const override {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  }
  void SleepMs(std::int64_t duration_ms) override {
    std::this_thread::sleep_for(std::chrono::milliseconds(duration_ms));
  }
};

// Reads `count` decimal digits; -1 when there are fewer.
int Digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return -1;
  int value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (!std::isdigit(static_cast<unsigned char>(text[i]))) return -1;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool Skip(std::string_view& text, char expected) {
  if (text.empty() || text.front() != expected) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

Clock& SystemClock() {
  static RealClock clock;
  return clock;
}

std::string ToIsoTime(std::int64_t unix_ms) {
  using std::chrono::days, std::chrono::milliseconds;
  const std::chrono::sys_time<milliseconds> time{milliseconds(unix_ms)};
  const auto day = std::chrono::floor<days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  char out[64];
  std::snprintf(
      out, sizeof out, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return out;
}

Result<std::int64_t> ParseIsoTime(std::string_view text) {
  const Error bad(Errc::Invalid, "expected a time such as 2026-01-31T23:59:59.000Z");
  const int year = Digits(text, 4);
  const bool d1 = Skip(text, '-');
  const int month = Digits(text, 2);
  const bool d2 = Skip(text, '-');
  const int day = Digits(text, 2);
  const bool t = Skip(text, 'T');
  const int hour = Digits(text, 2);
  const bool c1 = Skip(text, ':');
  const int minute = Digits(text, 2);
  const bool c2 = Skip(text, ':');
  const int second = Digits(text, 2);
  const bool shape = d1 && d2 && t && c1 && c2;
  if (!shape || year < 0 || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 ||
      second > 59) {
    return bad;
  }
  int millis = 0;
  if (Skip(text, '.')) {
    std::size_t digits = 0;
    for (; !text.empty() && std::isdigit(static_cast<unsigned char>(text[0])); ++digits) {
      if (digits < 3) millis = millis * 10 + (text[0] - '0');
      text.remove_prefix(1);
    }
    if (digits == 0 || digits > 9) return bad;
    for (; digits < 3; ++digits) millis *= 10;
  }
  if (text != "Z") return bad;
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return bad;
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  return ((days * 24 + hour) * 60 + minute) * 60000 + second * 1000 + millis;
}

}  // namespace banyan
