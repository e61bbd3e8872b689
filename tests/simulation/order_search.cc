#include "tests/simulation/order_search.h"

#include <algorithm>
#include <iostream>

#include "tests/support/must.h"

namespace banyan::simulation {
namespace {

using Kind = WholeMove::Kind;

constexpr std::size_t kFollowers[] = {1, 2};
constexpr std::size_t kSettleRounds = 4;

std::string ToText(const WholeMoves& moves) {
  std::string text;
  for (const auto& move : moves) text += "  " + move.ToString() + "\n";
  return text;
}

}  // namespace

void OrderSearch::TryAll() {
  Add(situations_.First(run_), 0, 0);
  for (std::size_t events = 0; !next_.empty(); ++events) {
    auto reached = std::exchange(next_, {});
    std::erase_if(reached, [&](auto at) { return IsOutdone(reached_[at].situation); });
    Try(reached, events < bound_.events);
  }
}

std::string OrderSearch::ToString() const {
  return std::to_string(count_) + " situations by " + std::to_string(moves_) + " moves, up to " +
         std::to_string(bound_.events) + " events after each other with up to " +
         std::to_string(bound_.faults) + " faults; " + std::to_string(settled_) +
         " ways back; of " + std::to_string(situations_.nodes()) + " nodes that differ " +
         std::to_string(known_.size()) + " moves were seen, and " + std::to_string(known_.made()) +
         " made for it";
}

// Until all is known of these.
void OrderSearch::Try(const std::vector<std::uint32_t>& reached, bool goes_on) {
  auto expanding = goes_on ? reached : std::vector<std::uint32_t>();
  std::vector<std::pair<std::uint32_t, WayBack>> settling;
  for (const auto at : reached) {
    for (const auto back : {WayBack::AllMet, WayBack::FirstOnly, WayBack::SecondOnly}) {
      settling.emplace_back(at, back);
    }
  }
  while (!expanding.empty() || !settling.empty()) {
    std::erase_if(expanding, [&](auto at) { return Expand(at) == Known::Yes; });
    std::erase_if(settling,
                  [&](const auto& item) { return Settle(item.first, item.second) == Known::Yes; });
    known_.SeeWanted(run_);
  }
}

OrderSearch::Known OrderSearch::Expand(std::uint32_t at) {
  const auto situation = reached_[at].situation;
  const auto way = [&] { return WayTo(at); };
  std::vector<Situation> found;
  const auto moves = situations_.Possible(situation);
  for (const auto& move : moves) {
    const auto after = situations_.After(situation, move, way);
    if (after) found.push_back(*after);
  }
  if (found.size() < moves.size()) return Known::NotYet;
  for (std::size_t which = 0; which < found.size(); ++which) Add(found[which], at, which);
  moves_ += found.size();
  return Known::Yes;
}

// No more faults. All that is under way arrives, and rounds are made with all; or nothing arrives,
// and one follower reaches only the other one.
OrderSearch::Known OrderSearch::Settle(std::uint32_t at, WayBack back) {
  auto situation = reached_[at].situation;
  const bool is_apart = back != WayBack::AllMet;
  if (is_apart && situation.has_copy()) return Known::Yes;
  WholeMoves made;
  const auto way = [&] {
    auto moves = WayTo(at);
    moves.insert(moves.end(), made.begin(), made.end());
    return moves;
  };
  WholeMoves due;
  for (std::size_t round = 0; round <= kSettleRounds; ++round) {
    while (!due.empty() || (situation.has_hints() && !is_apart)) {
      const auto move = due.empty() ? situations_.LastHint(situation) : due.front();
      if (!due.empty()) due.erase(due.begin());
      const auto after = situations_.After(situation, move, way);
      if (!after) return Known::NotYet;
      situation = *after;
      made.push_back(move);
    }
    if (IsInOrder(situation)) {
      ++settled_;
      return Known::Yes;
    }
    due = Round(situation, back);
  }
  FAIL("not in order after\n" << ToText(WayTo(at)) << "and then\n" << ToText(made));
  return Known::Yes;
}

// Both followers hold all that was released, or both know that two stories were told.
bool OrderSearch::IsInOrder(const Situation& situation) const {
  auto size = situations_.NodeAt(situation, kOrigin).size;
  if (situation.has_copy()) size = std::max(size, situations_.NodeAt(situation, kCopy).size);
  return std::ranges::all_of(kFollowers, [&](auto i) {
    const auto& node = situations_.NodeAt(situation, i);
    return situation.is_forked() ? node.is_stopped : !node.is_stopped && node.size == size;
  });
}

WholeMoves OrderSearch::Round(const Situation& situation, WayBack back) const {
  const std::size_t first = back == WayBack::SecondOnly ? 2 : 1;
  const std::size_t second = kThree - first;
  WholeMoves round = {{Kind::Contact, first, kOrigin}};
  if (situation.has_copy()) round.push_back({Kind::Contact, first, kCopy});
  round.push_back({Kind::Contact, second, first});
  if (back == WayBack::AllMet) round.push_back({Kind::Contact, second, kOrigin});
  if (situation.has_copy()) round.push_back({Kind::Contact, second, kCopy});
  return round;
}

void OrderSearch::Add(const Situation& situation, std::uint32_t before, std::size_t which) {
  auto& place = PlaceOf(situation);
  if (place != 0) return;
  REQUIRE(count_ < kMost);
  next_.push_back(count_);
  reached_[count_] = {situation, before, static_cast<std::uint16_t>(which)};
  place = ++count_;
}

// Its own, or where it is to be.
std::uint32_t& OrderSearch::PlaceOf(const Situation& situation) {
  for (auto at = situation.Hash();; ++at) {
    auto& place = places_[at % (kMost * 2)];
    if (place == 0 || reached_[place - 1].situation == situation) return place;
  }
}

// The same was reached with fewer faults, in no more events: more can come of that.
bool OrderSearch::IsOutdone(const Situation& situation) {
  auto better = situation;
  while (better.faults > 0) {
    --better.faults;
    if (PlaceOf(better) != 0) return true;
  }
  return false;
}

WholeMoves OrderSearch::WayTo(std::uint32_t at) const {
  WholeMoves moves;
  for (; at != 0; at = reached_[at].before) {
    const auto& before = reached_[reached_[at].before].situation;
    moves.push_back(situations_.Possible(before)[reached_[at].which]);
  }
  std::ranges::reverse(moves);
  return moves;
}

}  // namespace banyan::simulation
