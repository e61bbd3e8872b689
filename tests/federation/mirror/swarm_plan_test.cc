// Whom the plan asks for what: peers of different speeds, holdings and honesty, on a clock of its
// own.
#include "federation/mirror/swarm_plan.h"

#include <algorithm>
#include <set>

#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::federation;
using Order = SwarmPlan::Order;
using End = SwarmPlan::End;
using State = SwarmPlan::State;
using storage::ChunkSet;

namespace {

constexpr std::uint32_t kChunk = 65'536;

storage::ChunkList Chunks(std::size_t count) { return {count, {ChunkId(), kChunk}}; }

Holding Part(const ChunkSet& chunks) {
  return {Holding::Share::Part, true, chunks, ChunkSet(chunks.size())};
}

struct Planned {
  SwarmPlan plan;
  std::size_t peers;
  std::int64_t now_ms = 0;

  explicit Planned(std::size_t count, const SwarmLimits& limits = {})
      : plan(count, limits), peers(count) {}
  SwarmPlan::SectionId Add(std::size_t chunks) { return Add(chunks, std::vector(peers, true)); }
  SwarmPlan::SectionId Add(std::size_t chunks, const std::vector<bool>& holders) {
    std::vector<Holding> holdings;
    for (const bool holds : holders) holdings.push_back(holds ? Holding() : Holding::None());
    return plan.Add(Chunks(chunks), ChunkSet::All(chunks), std::move(holdings), now_ms);
  }
  Order Next() {
    const auto order = plan.Next(now_ms);
    REQUIRE(order.has_value());
    return *order;
  }
  void Come(const Order& order, std::size_t chunks) {
    for (std::size_t i = 0; i < chunks; ++i) {
      plan.Moved(order.id, kChunk, now_ms);
      plan.Came(order.id, now_ms);
      plan.Kept(order.id, order.first + i, now_ms);
    }
  }
  void Finish(const Order& order) {
    Come(order, order.end - order.first);
    plan.Ended(order.id, End::Done, now_ms);
  }
};

// Peers that carry so many bytes a second each, all streams of one together, until all is here.
struct Race : Planned {
  struct Runner {
    Order order;
    double bytes = 0;
    std::size_t came = 0;
    bool is_stopped = false;
  };
  std::vector<double> speeds;
  std::vector<Runner> runners;
  double sent_bytes = 0;
  std::vector<double> sent_by;

  explicit Race(std::vector<double> bytes_per_s)
      : Planned(bytes_per_s.size()), speeds(bytes_per_s), sent_by(bytes_per_s.size()) {}

  void Tick(std::int64_t ms) {
    while (const auto order = plan.Next(now_ms)) runners.push_back({*order});
    now_ms += ms;
    for (auto& runner : runners) {
      const auto streams = std::ranges::count_if(
          runners, [&](const Runner& other) { return other.order.peer == runner.order.peer; });
      const double bytes =
          speeds[runner.order.peer] * double(ms) / 1000 / double(std::max<long>(streams, 1));
      runner.bytes += bytes;
      if (bytes > 0) plan.Moved(runner.order.id, static_cast<std::uint64_t>(bytes), now_ms);
      sent_bytes += bytes;
      sent_by[runner.order.peer] += bytes;
      while (!runner.is_stopped && runner.bytes >= kChunk &&
             runner.order.first + runner.came < runner.order.end) {
        runner.bytes -= kChunk;
        const auto chunk = runner.order.first + runner.came++;
        runner.is_stopped = !plan.Came(runner.order.id, now_ms);
        plan.Kept(runner.order.id, chunk, now_ms);
      }
    }
    std::erase_if(runners, [&](const Runner& runner) {
      const bool is_done =
          runner.is_stopped || runner.order.first + runner.came == runner.order.end;
      if (is_done) plan.Ended(runner.order.id, End::Done, now_ms);
      return is_done;
    });
  }
  double Run(SwarmPlan::SectionId section) {
    while (plan.StateOf(section, now_ms) == State::Going && now_ms < 3'600'000) Tick(20);
    REQUIRE(plan.StateOf(section, now_ms) == State::Here);
    return double(now_ms) / 1000;
  }
};

// One peer has all and one says that it has, and drips. All is here before `end_ms`.
struct Drips {
  std::uint64_t at_once_bytes = 0;
  std::uint64_t later_bytes = 0;  // each time
  std::int64_t every_ms = 0;
};
void RequireDoneBesideDrips(const Drips& drips, std::int64_t end_ms) {
  Planned p(2);
  const auto section = p.Add(400, {true, false});
  p.now_ms = 20'000;
  p.plan.SetHolding(section, 1, Part(ChunkSet::All(400)), p.now_ms);
  std::vector<Order> dripping;
  while (p.plan.StateOf(section, p.now_ms) == State::Going) {
    REQUIRE(p.now_ms < end_ms);
    while (const auto order = p.plan.Next(p.now_ms)) {
      if (order->peer == 0) {
        p.now_ms += 50;
        p.Finish(*order);
        continue;
      }
      if (drips.at_once_bytes > 0) p.plan.Moved(order->id, drips.at_once_bytes, p.now_ms);
      dripping.push_back(*order);
    }
    p.now_ms += drips.every_ms;
    for (const auto& order : dripping) p.plan.Moved(order.id, drips.later_bytes, p.now_ms);
  }
  CHECK(p.plan.StateOf(section, p.now_ms) == State::Here);
}

}  // namespace

TEST_CASE("NobodyWaitsAtTheEndForWhatASlowPeerWasAskedFor") {
  Race race({2.5e6, 2.5e6, 2.5e6, 2.5e6, 0.25e6});
  race.Run(race.Add(2048));
  CHECK(race.sent_by[4] > 1e6);
  CHECK(std::ranges::none_of(race.runners,
                             [](const auto& runner) { return runner.order.peer == 4; }));
}

TEST_CASE("AllPeersWorkOnOneSectionAndNothingIsAskedTwice") {
  Planned p(3);
  const auto section = p.Add(300);
  std::set<std::size_t> asked;
  std::set<std::size_t> peers;
  while (const auto order = p.plan.Next(p.now_ms)) {
    peers.insert(order->peer);
    for (auto i = order->first; i < order->end; ++i) CHECK(asked.insert(i).second);
  }
  CHECK(peers.size() == 3);
  CHECK(p.plan.StateOf(section, 0) == State::Going);
}

TEST_CASE("TheRarestSectionGoesFirst") {
  Planned p(3);
  p.Add(50, {true, true, true});
  const auto rare = p.Add(50, {true, false, false});
  const auto middle = p.Add(50, {true, true, false});
  std::map<std::size_t, SwarmPlan::SectionId> first;
  for (int i = 0; i < 3; ++i) {
    const auto order = p.Next();
    first[order.peer] = order.section;
  }
  CHECK(first[0] == rare);
  CHECK(first[1] == middle);
}

TEST_CASE("WhatIsInFlightIsBounded") {
  SwarmLimits limits;
  limits.bytes_in_flight = 3u << 20;
  Planned p(8, limits);
  p.Add(10'000);
  std::uint64_t bytes = 0;
  std::vector<Order> orders;
  while (const auto order = p.plan.Next(p.now_ms)) {
    orders.push_back(*order);
    bytes += (order->end - order->first) * kChunk;
  }
  CHECK(bytes <= limits.bytes_in_flight + limits.order_short_bytes);
  p.now_ms = 1'000;
  for (const auto& order : orders) p.Finish(order);
  CHECK(p.plan.Next(p.now_ms).has_value());
}

TEST_CASE("ADroppedSectionLeavesNothingInFlight") {
  SwarmLimits limits;
  limits.bytes_in_flight = 1;  // so, one order at a time
  Planned p(1, limits);
  const auto first = p.Add(100);
  const auto order = p.Next();
  REQUIRE_FALSE(p.plan.Next(p.now_ms).has_value());
  p.plan.Drop(first);
  p.Add(100);
  CHECK(p.plan.Next(p.now_ms).has_value());
  CHECK_FALSE(p.plan.Came(order.id, p.now_ms));
  p.plan.Ended(order.id, End::Done, p.now_ms);
}

TEST_CASE("WhatOnePeerLacksIsAnothersWork") {
  Planned p(2);
  const auto section = p.Add(10);
  const auto order = p.Next();
  p.plan.Ended(order.id, End::Absent, p.now_ms);
  CHECK(p.plan.StateOf(section, p.now_ms) == State::Going);
  const auto second = p.Next();
  CHECK(second.peer != order.peer);
  p.plan.Ended(second.id, End::Absent, p.now_ms);
  CHECK(p.plan.StateOf(section, p.now_ms) == State::Hopeless);
}

TEST_CASE("ALiarIsNotAskedAgainAttack06") {
  Planned p(2);
  p.Add(1'000);
  const auto order = p.Next();
  p.Come(order, 3);
  p.plan.Ended(order.id, End::Lied, p.now_ms);
  for (int i = 0; i < 40; ++i) {
    p.now_ms += 1'000;
    const auto next = p.plan.Next(p.now_ms);
    if (!next) break;
    CHECK(next->peer != order.peer);
    CHECK(next->first >= order.first + 2);  // what it sent before is kept
    p.Finish(*next);
  }
}

TEST_CASE("WhoFailsPausesLongerEachTimeAndIsOutAtLast") {
  Planned p(1);
  const auto section = p.Add(100);
  std::vector<std::int64_t> pauses;
  while (p.plan.StateOf(section, p.now_ms) == State::Going) {
    std::vector<Order> orders;  // several at once fail together: one failure
    while (const auto order = p.plan.Next(p.now_ms)) orders.push_back(*order);
    REQUIRE_FALSE(orders.empty());
    for (const auto& order : orders) p.plan.Ended(order.id, End::Failed, p.now_ms);
    const auto chance = p.plan.NextChanceMs(p.now_ms);
    if (!chance) break;
    pauses.push_back(*chance - p.now_ms);
    p.now_ms = *chance;
  }
  CHECK(pauses == std::vector<std::int64_t>{500, 1'000, 2'000});
  CHECK(p.plan.StateOf(section, p.now_ms) == State::Hopeless);
}

TEST_CASE("WhoGaveSomethingIsWaitedForThroughAnOutage") {
  Planned p(1);
  const auto section = p.Add(100);
  p.Come(p.Next(), 1);
  p.plan.Ended(2, End::Failed, p.now_ms);
  const auto outage_ms = 10 * 60'000;
  while (p.now_ms < outage_ms) {
    if (const auto order = p.plan.Next(p.now_ms)) p.plan.Ended(order->id, End::Failed, p.now_ms);
    p.now_ms += 100;
    REQUIRE(p.plan.StateOf(section, p.now_ms) == State::Going);
  }
  p.now_ms += 16'000;
  p.Finish(p.Next());
}

TEST_CASE("FastPeersDoTheWorkOfSlowOnes") {
  Race race({2.5e6, 2.5e6, 2.5e6, 2.5e6, 2.5e6, 2.5e6, 0.1e6});
  const std::size_t chunks = 4096;  // 256 MiB
  const double seconds = race.Run(race.Add(chunks));
  const double best = double(chunks) * kChunk / (6 * 2.5e6 + 0.1e6);
  INFO("in " << seconds << " s, at best " << best);
  CHECK(best / seconds > 0.95);
  CHECK(race.sent_bytes < double(chunks) * kChunk * 1.02);
}

TEST_CASE("AStalledPeerHoldsNothingUp") {
  Race race({1e6, 1e6, 0});
  const std::size_t chunks = 320;
  const double seconds = race.Run(race.Add(chunks));
  INFO(seconds);
  CHECK(seconds < 1.3 * double(chunks) * kChunk / 2e6 + 2);
}

TEST_CASE("OneThatHasAPartIsAskedForThatPartOnly") {
  Planned p(2);
  const auto section = p.Add(100, {false, false});
  ChunkSet some(100);
  for (const std::size_t i : {3u, 4u, 50u}) some.Add(i);
  p.plan.SetHolding(section, 1, Part(some), p.now_ms);
  std::set<std::size_t> asked;
  while (const auto order = p.plan.Next(p.now_ms)) {
    CHECK(order->peer == 1);
    CHECK(order->has_part);
    for (auto i = order->first; i < order->end; ++i) asked.insert(i);
  }
  CHECK(asked == std::set<std::size_t>{3, 4, 50});
}

TEST_CASE("OnesThatHavePartsAreWaitedForAsLongAsThereIsNews") {
  Planned p(1);
  const auto section = p.Add(100, {false});
  CHECK(p.plan.StateOf(section, p.now_ms) == State::Hopeless);
  ChunkSet some(100);
  some.Add(7);
  p.plan.SetHolding(section, 0, Part(some), p.now_ms);
  p.Finish(p.Next());
  p.now_ms += 59'000;
  CHECK(p.plan.StateOf(section, p.now_ms) == State::Going);
  p.plan.SetHolding(section, 0, Part(some), p.now_ms);  // nothing new
  p.now_ms += 2'000;
  CHECK(p.plan.StateOf(section, p.now_ms) == State::Hopeless);
}

TEST_CASE("OneThatSaysItHasAPartAndGivesNothingDoesNotKeepTheWholeAwayAttack13") {
  for (const auto end : {End::Absent, End::Failed}) {
    Planned p(2);
    const auto section = p.Add(40, {true, false});
    p.now_ms = 20'000;
    while (p.plan.StateOf(section, p.now_ms) == State::Going) {
      REQUIRE(p.now_ms < 60'000);
      p.plan.SetHolding(section, 1, Part(ChunkSet::All(40)), p.now_ms);
      std::vector<Order> orders;
      while (const auto order = p.plan.Next(p.now_ms)) orders.push_back(*order);
      for (const auto& order : orders) {
        if (order.peer == 0) p.Finish(order);
        if (order.peer == 1) p.plan.Ended(order.id, end, p.now_ms);
      }
      p.now_ms += 100;
    }
    CHECK(p.plan.StateOf(section, p.now_ms) == State::Here);
  }
}

TEST_CASE("OneThatDripsItsPartDoesNotKeepTheWholeAwayAttack13") {
  RequireDoneBesideDrips({0, 1, 100}, 60'000);
}

TEST_CASE("WhatAnotherIsGettingIsWaitedForATimeAttack13") {
  Planned p(2);
  const auto section = p.Add(40, {true, false});
  const auto tell = [&] {
    p.plan.SetHolding(section, 1, {Holding::Share::Part, true, ChunkSet(40), ChunkSet::All(40)},
                      p.now_ms);
  };
  tell();
  CHECK_FALSE(p.plan.Next(p.now_ms).has_value());
  while (p.now_ms < 10'000) {
    p.now_ms += 500;
    tell();  // again and again
  }
  CHECK(p.Next().peer == 0);
}

TEST_CASE("WhoSaysItHasAllAndLacksItIsOutAtLastAttack13") {
  Planned p(1);
  const auto section = p.Add(10);
  int asked = 0;
  while (p.plan.StateOf(section, p.now_ms) == State::Going) {
    REQUIRE(asked < 10);
    p.plan.SetHolding(section, 0, {Holding::Share::Whole, true}, p.now_ms);
    if (const auto order = p.plan.Next(p.now_ms)) {
      ++asked;
      p.plan.Ended(order->id, End::Absent, p.now_ms);
      p.plan.SetHolding(section, 0, {Holding::Share::Whole, true}, p.now_ms);
    }
    p.now_ms += 100;
  }
  CHECK(asked == 4);
}

TEST_CASE("OneThatGivesAPieceAndThenDripsDoesNotKeepTheWholeAwayAttack13") {
  RequireDoneBesideDrips({131'072, 128, 1'000}, 90'000);
}

TEST_CASE("WhoBreaksAPromiseIsNotBelievedAgainAttack13") {
  Planned p(2);
  const Holding promise{Holding::Share::Part, true, ChunkSet(40), ChunkSet::All(40)};
  const auto first = p.Add(40, {true, false});
  p.plan.SetHolding(first, 1, promise, p.now_ms);
  CHECK_FALSE(p.plan.Next(p.now_ms).has_value());
  p.now_ms += 11'000;
  p.plan.SetHolding(first, 1, promise, p.now_ms);
  const auto second = p.Add(40, {true, false});
  p.plan.SetHolding(second, 1, promise, p.now_ms);
  std::set<SwarmPlan::SectionId> asked;
  while (const auto order = p.plan.Next(p.now_ms)) asked.insert(order->section);
  CHECK(asked == std::set<SwarmPlan::SectionId>{first, second});
}
