// Every order in which up to so many events may come to three nodes, with up to two faults among
// them. Orders that no node can tell apart are gone on with once. The operating system keeps the
// place: each move is made by a child process, which has a whole copy of the run.
#include <cstdlib>
#include <iostream>

#include "tests/simulation/in_child.h"
#include "tests/simulation/three_nodes.h"
#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::simulation;

namespace {

constexpr std::size_t kSlots = std::size_t{1} << 24;

// What all the processes know, in memory that they share.
class Seen {
 public:
  struct Counts {
    std::uint64_t states = 0;  // that differ
    std::uint64_t moves = 0;   // that were tried
    std::uint64_t settled = 0;
  };

  Counts& counts() { return *counts_; }
  // True when the state was not reached before with as many events left.
  bool IsNew(const std::string& state, std::uint64_t events_left) {
    const auto key = std::stoull(state.substr(0, 15), nullptr, 16) + 1;
    for (auto slot = key % kSlots;; slot = (slot + 1) % kSlots) {
      auto& place = places_[slot];
      if (place.key == 0) ++counts().states;
      REQUIRE(counts().states < kSlots / 2);
      if (place.key != 0 && place.key != key) continue;
      const bool is_new = place.key == 0 || place.events_left < events_left;
      if (is_new) place = {key, events_left};
      return is_new;
    }
  }

 private:
  struct Place {
    std::uint64_t key;
    std::uint64_t events_left;
  };
  Shared<Counts> counts_;
  Shared<Place> places_{kSlots};
};

std::string ToText(const Moves& moves) {
  std::string text;
  for (const auto& move : moves) text += "  " + move.ToString() + "\n";
  return text;
}

struct Bound {
  std::size_t events = 0;
  std::size_t faults = 0;
};
Bound Left(const Bound& bound, const Move& move) {
  return {bound.events - move.Events(), bound.faults - (move.IsFault() ? 1 : 0)};
}
bool Allows(const Bound& bound, const Move& move) {
  return move.Events() <= bound.events && (!move.IsFault() || bound.faults > 0);
}

void Explore(ThreeNodes& run, Moves& moves, const Bound& left, Seen& seen);

// In a process of its own.
void GoOn(ThreeNodes& run, Moves& moves, const Bound& left, Seen& seen) {
  INFO("after\n" << ToText(moves));
  ++seen.counts().moves;
  run.Make(moves.back());
  if (!seen.IsNew(run.State(), left.events)) return;
  if (left.events > 0) return Explore(run, moves, left, seen);
  ++seen.counts().settled;
  run.Settle();
}

void Explore(ThreeNodes& run, Moves& moves, const Bound& left, Seen& seen) {
  for (const auto& move : run.Possible()) {
    if (!Allows(left, move)) continue;
    moves.push_back(move);
    InChild([&] { GoOn(run, moves, Left(left, move), seen); });
    moves.pop_back();
  }
}

void TryAll(const Bound& most) {
  Seen seen;
  ThreeNodes run;
  Moves moves;
  Explore(run, moves, most, seen);
  std::cout << seen.counts().states << " states by " << seen.counts().moves << " moves, up to "
            << most.events << " events after each other with up to " << most.faults
            << " faults; settled from " << seen.counts().settled << "\n";
  CHECK(seen.counts().settled > 0);
}

bool IsLong() { return std::getenv("BANYAN_LONG") != nullptr; }

}  // namespace

TEST_CASE("EveryOrderOfEventsIsSafe") { TryAll({IsLong() ? 9u : 5u, 0}); }
TEST_CASE("EveryOrderWithAFaultIsSafe") { TryAll({IsLong() ? 7u : 4u, 1}); }
TEST_CASE("EveryOrderWithTwoFaultsIsSafe") { TryAll({IsLong() ? 6u : 3u, 2}); }

// BANYAN_EVENTS=EVENTS,FAULTS asks for other bounds.
TEST_CASE("AskedForOrders") {
  const auto* const asked = std::getenv("BANYAN_EVENTS");
  if (asked == nullptr) return;
  const std::string text = asked;
  TryAll({std::stoul(text), std::stoul(text.substr(text.find(',') + 1))});
}
