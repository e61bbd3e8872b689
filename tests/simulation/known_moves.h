#pragma once
// What moves were seen to do. A move changes one node, and what becomes of it depends on what that
// node is and on what the other one shows, whatever the third one is: so it is made once for all
// situations that have these two, by real nodes, after moves that lead to one of them.

#include <map>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "tests/simulation/whole_run.h"

namespace banyan::simulation {

using WholeMoves = std::vector<WholeMove>;

class KnownMoves {
 public:
  // On what the outcome depends.
  struct Case {
    WholeMove move;
    std::uint64_t node = 0;   // what it is
    std::uint64_t other = 0;  // what it shows; 0: nothing is asked of it
    auto operator<=>(const Case&) const = default;
  };
  struct Outcome {
    NodeSeen node;
    std::size_t answers = 0;
    std::vector<HintSent> sent;
  };

  // nullptr: it was not seen yet. Valid until more is seen.
  const Outcome* Find(const Case& wanted) const;
  // To be seen with SeeWanted; these moves lead to the case. The first way to it counts.
  void Want(const Case& wanted, const std::function<WholeMoves()>& way);
  // Makes all wanted moves from the start of `run`, which stays there. Fails the test when a check
  // of the run does, or when the way does not lead to the very case: then two nodes that were taken
  // for equal are not.
  void SeeWanted(WholeRun& run);
  std::size_t size() const { return known_.size(); }
  // All that were made to come to the cases, and for them.
  std::uint64_t made() const { return made_; }

 private:
  struct Task;
  struct Slot;
  static void Try(WholeRun& run, std::span<const Task> tasks, std::size_t depth);
  static void TryGroup(WholeRun& run, std::span<const Task> tasks, std::size_t depth);

  struct CaseHash {
    std::size_t operator()(const Case& wanted) const;
  };
  std::unordered_map<Case, Outcome, CaseHash> known_;
  std::map<Case, WholeMoves> wanted_;
  std::uint64_t made_ = 0;
};

}  // namespace banyan::simulation
