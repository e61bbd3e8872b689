#include "tests/simulation/situations.h"

#include <algorithm>

#include "tests/support/must.h"

namespace banyan::simulation {
namespace {

using Kind = WholeMove::Kind;

bool IsContact(const WholeMove& move) {
  return move.kind >= Kind::Contact && move.kind <= Kind::HintTwice;
}

WholeMove Arrives(const HintSent& hint) { return {Kind::Contact, hint.to, hint.from, 0, hint.id}; }

}  // namespace

std::uint64_t Situation::Hash() const {
  std::uint64_t hash = 0;
  const auto mix = [&](std::uint64_t value) {
    hash = (hash ^ value) * 0x9e3779b97f4a7c15u;
    hash ^= hash >> 29;
  };
  mix(faults * 1024u + published * 4u + parted);
  for (const auto node : nodes) mix(node);
  for (const auto hint : hints) mix(hint);
  return hash;
}

Situation Situations::First(const WholeRun& run) {
  Situation first;
  for (std::size_t i = 0; i < kThree; ++i) first.nodes[i] = NumberOf(run.See(i));
  return first;
}

WholeMoves Situations::Possible(const Situation& situation) const {
  WholeMoves moves;
  if (situation.published < bound_.published) {
    moves.push_back({Kind::Publish, kOrigin});
    if (situation.has_copy()) moves.push_back({Kind::Publish, kCopy});
  }
  AddContacts(situation, moves);
  AddHints(situation, moves);
  if (situation.faults == bound_.faults) return moves;
  for (std::size_t i = 0; i < kThree; ++i) {
    moves.push_back({Kind::Crash, i});
    if (i != kOrigin) moves.push_back({Kind::Restore, i});
  }
  if (!situation.has_copy()) moves.push_back({Kind::Copy, kCopy, kOrigin});
  return moves;
}

void Situations::AddContacts(const Situation& situation, WholeMoves& moves) const {
  for (std::size_t i = 0; i < kThree; ++i) {
    for (std::size_t other = 0; other < kPlaces; ++other) {
      if (i == other || situation.nodes[other] == 0 || (i == kOrigin && other == kCopy)) continue;
      const WholeMove contact{Kind::Contact, i, other};
      moves.push_back(contact);
      AddFaults(situation, contact, moves);
    }
  }
}

void Situations::AddHints(const Situation& situation, WholeMoves& moves) const {
  std::uint16_t last = 0;
  for (const auto number : situation.hints) {
    if (number == std::exchange(last, number)) continue;  // none, or as the one before
    auto hint = Arrives(hints_[number]);
    moves.push_back(hint);
    AddFaults(situation, hint, moves);
    if (situation.faults == bound_.faults) continue;
    for (const auto fault : {Kind::LoseHint, Kind::HintTwice}) {
      hint.kind = fault;
      moves.push_back(hint);
    }
  }
}

void Situations::AddFaults(const Situation& situation, const WholeMove& contact,
                           WholeMoves& moves) const {
  if (situation.faults == bound_.faults) return;
  const auto* const whole = known_.Find(CaseOf(situation, contact));
  if (whole == nullptr || whole->answers == 0) return;
  auto fault = contact;
  fault.kind = Kind::AnswerTwice;
  moves.push_back(fault);
  for (fault.answers = 0; fault.answers < whole->answers; ++fault.answers) {
    fault.kind = Kind::BreakOff;
    moves.push_back(fault);
    if (fault.answers == 0) continue;  // as a crash of the node that does nothing
    fault.kind = Kind::CrashIn;
    moves.push_back(fault);
  }
}

KnownMoves::Case Situations::CaseOf(const Situation& situation, const WholeMove& move) const {
  KnownMoves::Case wanted{move, NodeAt(situation, move.node).all, 0};
  if (IsContact(move) || move.kind == Kind::Copy) {
    wanted.other = NodeAt(situation, move.other).shown;
  }
  if (move.kind == Kind::HintTwice) wanted.move.kind = Kind::Contact;  // the node cannot tell
  return wanted;
}

std::optional<Situation> Situations::After(const Situation& situation, const WholeMove& move,
                                           const std::function<WholeMoves()>& way) {
  Situation after = situation;
  if (move.IsFault()) ++after.faults;
  if (move.kind == Kind::Publish) {
    ++after.published;
    if (situation.has_copy()) after.parted |= move.node == kOrigin ? 1 : 2;
  }
  if (move.hint != 0 && move.kind != Kind::HintTwice) {
    const auto found = std::ranges::find_if(after.hints, [&](std::uint16_t number) {
      return number != 0 && Arrives(hints_[number]) ==
                                WholeMove{Kind::Contact, move.node, move.other, 0, move.hint};
    });
    REQUIRE(found != after.hints.end());
    *found = 0;
    std::ranges::sort(after.hints);
  }
  if (move.kind != Kind::LoseHint) {
    const auto wanted = CaseOf(situation, move);
    const auto* const outcome = known_.Find(wanted);
    if (outcome == nullptr) {
      known_.Want(wanted, way);
      return std::nullopt;
    }
    after.nodes[move.node] = NumberOf(outcome->node);
    Send(after, outcome->sent);
  }
  if (after.faults == bound_.faults) DropOldHints(after);
  return after;
}

// A hint of no more than is held is nothing to a node, and will not be, when no older copy of it
// can be put back any more.
void Situations::DropOldHints(Situation& situation) const {
  for (auto& number : situation.hints) {
    const auto& hint = hints_[number];
    if (number != 0 && hint.size <= NodeAt(situation, hint.to).size) number = 0;
  }
  std::ranges::sort(situation.hints);
}

WholeMove Situations::LastHint(const Situation& situation) const {
  return Arrives(hints_[situation.hints.back()]);
}

void Situations::Send(Situation& situation, const std::vector<HintSent>& hints) {
  for (const auto& hint : hints) {
    REQUIRE(situation.hints.front() == 0);
    situation.hints.front() = NumberOf(hint);
    std::ranges::sort(situation.hints);
  }
}

std::uint32_t Situations::NumberOf(const NodeSeen& node) {
  const auto number = static_cast<std::uint32_t>(nodes_.size());
  const auto [at, is_new] = node_numbers_.try_emplace(node.all, number);
  if (is_new) nodes_.push_back(node);
  return at->second;
}

std::uint16_t Situations::NumberOf(const HintSent& hint) {
  auto found = std::ranges::find(hints_, hint);
  if (found == hints_.end()) found = hints_.insert(hints_.end(), hint);
  return static_cast<std::uint16_t>(found - hints_.begin());
}

}  // namespace banyan::simulation
