#pragma once
// Where an origin and two followers can be, what may happen there, and what that leads to. A
// situation is what the nodes are and which hints are under way: the orders that led to it do not
// matter to what comes.

#include <array>
#include <unordered_map>

#include "tests/simulation/known_moves.h"

namespace banyan::simulation {

struct OrderBound {
  std::size_t events = 0;     // faults are events too
  std::size_t faults = 0;     // among them
  std::size_t published = 0;  // times that something is, among them
};

// Small, as there are many: nodes and hints are numbers of a list.
struct Situation {
  static constexpr std::size_t kMostHints = 12;
  std::array<std::uint32_t, kPlaces> nodes = {};     // 0: there is none
  std::array<std::uint16_t, kMostHints> hints = {};  // sorted; 0, before them: none
  std::uint8_t faults = 0;
  std::uint8_t published = 0;
  std::uint8_t parted = 0;  // who published since there is a copy: 1 the origin, 2 the copy
  bool operator==(const Situation&) const = default;
  std::uint64_t Hash() const;

  bool has_hints() const { return hints.back() != 0; }
  bool has_copy() const { return nodes[kCopy] != 0; }
  // Origin and copy have told two stories.
  bool is_forked() const { return parted == 3; }
};

class Situations {
 public:
  Situations(KnownMoves& known, const OrderBound& bound) : known_(known), bound_(bound) {}

  // At first, with nothing under way.
  Situation First(const WholeRun& run);
  // All that may happen. Faults of a contact only once it is known how it ends without.
  WholeMoves Possible(const Situation& situation) const;
  // nullopt: it is to be seen first, and wanted. `way` leads to the situation.
  std::optional<Situation> After(const Situation& situation, const WholeMove& move,
                                 const std::function<WholeMoves()>& way);
  // A hint that is under way arrives, the one of the last in the list.
  WholeMove LastHint(const Situation& situation) const;
  const NodeSeen& NodeAt(const Situation& situation, std::size_t i) const {
    return nodes_[situation.nodes[i]];
  }
  std::size_t nodes() const { return nodes_.size() - 1; }  // that differ

 private:
  void AddContacts(const Situation& situation, WholeMoves& moves) const;
  void AddHints(const Situation& situation, WholeMoves& moves) const;
  void AddFaults(const Situation& situation, const WholeMove& contact, WholeMoves& moves) const;
  KnownMoves::Case CaseOf(const Situation& situation, const WholeMove& move) const;
  std::uint32_t NumberOf(const NodeSeen& node);
  std::uint16_t NumberOf(const HintSent& hint);
  void Send(Situation& situation, const std::vector<HintSent>& hints);
  void DropOldHints(Situation& situation) const;

  KnownMoves& known_;
  const OrderBound bound_;
  std::vector<NodeSeen> nodes_ = {{}};
  std::unordered_map<std::uint64_t, std::uint32_t> node_numbers_;
  std::vector<HintSent> hints_ = {{}};
};

}  // namespace banyan::simulation
