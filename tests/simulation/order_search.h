#pragma once
// All situations that up to so many events can lead an origin and two followers into, with up to so
// many faults among them, and from each of them the ways back to order.

#include "tests/simulation/in_child.h"
#include "tests/simulation/situations.h"

namespace banyan::simulation {

class OrderSearch {
 public:
  explicit OrderSearch(const OrderBound& bound) : bound_(bound), situations_(known_, bound) {}

  // Fails the test when a check of the run does, or a way back does not lead there; then it prints
  // the order of moves.
  void TryAll();
  std::string ToString() const;

 private:
  // How a situation was reached first, in as few events as it can be.
  struct Reached {
    Situation situation;
    std::uint32_t before;
    std::uint16_t which;  // of the moves that are possible there
  };
  static constexpr std::size_t kMost = std::size_t{1} << 26;
  enum class WayBack { AllMet, FirstOnly, SecondOnly };
  void Try(const std::vector<std::uint32_t>& reached, bool goes_on);
  enum class Known { Yes, NotYet };
  Known Expand(std::uint32_t at);
  Known Settle(std::uint32_t at, WayBack back);
  bool IsInOrder(const Situation& situation) const;
  WholeMoves Round(const Situation& situation, WayBack back) const;
  void Add(const Situation& situation, std::uint32_t before, std::size_t which);
  std::uint32_t& PlaceOf(const Situation& situation);
  bool IsOutdone(const Situation& situation);
  WholeMoves WayTo(std::uint32_t at) const;

  const OrderBound bound_;
  WholeRun run_;
  KnownMoves known_;
  Situations situations_;
  // Shared, so that it is not copied for each child.
  Shared<Reached> reached_{kMost};
  std::uint32_t count_ = 0;
  Shared<std::uint32_t> places_{kMost * 2};  // of reached_, each one more, by hash
  std::vector<std::uint32_t> next_;
  std::uint64_t moves_ = 0;    // from one situation to another
  std::uint64_t settled_ = 0;  // ways back
};

}  // namespace banyan::simulation
