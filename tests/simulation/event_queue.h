#pragma once
// Virtual time: what is to happen, in order of time and, at one moment, of asking for it.

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <utility>

#include "tests/support/fake_clock.h"

namespace banyan::simulation {

class EventQueue {
 public:
  using Event = std::function<void()>;

  Clock& clock() { return clock_; }
  std::int64_t now_ms() const { return clock_.NowMs(); }
  void After(std::int64_t delay_ms, Event event) {
    events_.emplace(std::pair(now_ms() + delay_ms, ++asked_), std::move(event));
  }
  // All events before that moment, and those that come of them; then it is that moment.
  void RunUntil(std::int64_t end_ms) {
    while (!events_.empty() && events_.begin()->first.first < end_ms) {
      const auto next = events_.begin();
      AdvanceTo(next->first.first);
      const auto event = std::move(next->second);
      events_.erase(next);
      ++ran_;
      event();
    }
    AdvanceTo(end_ms);
  }
  std::uint64_t ran() const { return ran_; }

 private:
  // What takes time itself makes what is due meanwhile late.
  void AdvanceTo(std::int64_t at_ms) {
    clock_.Advance(std::max<std::int64_t>(at_ms - now_ms(), 0));
  }

  FakeClock clock_;
  std::map<std::pair<std::int64_t, std::uint64_t>, Event> events_;
  std::uint64_t asked_ = 0;
  std::uint64_t ran_ = 0;
};

}  // namespace banyan::simulation
