#include "tests/simulation/known_moves.h"

#include <algorithm>

#include "tests/simulation/in_child.h"
#include "tests/support/must.h"

namespace banyan::simulation {
namespace {

constexpr std::size_t kMostSent = 8;  // hints, in one move

}  // namespace

// What a child tells.
struct KnownMoves::Slot {
  bool is_done;
  NodeSeen node;
  std::size_t answers;
  std::size_t sent_count;
  HintSent sent[kMostSent];
};

struct KnownMoves::Task {
  WholeMoves moves;  // the last one is that of the case
  Case wanted;
  Slot* slot = nullptr;
  std::uint64_t* made = nullptr;
};

std::size_t KnownMoves::CaseHash::operator()(const Case& wanted) const {
  const auto& move = wanted.move;
  const auto small =
      ((static_cast<std::uint64_t>(move.kind) * kPlaces + move.node) * kPlaces + move.other) * 64 +
      move.answers;
  return wanted.node + wanted.other * 3 + move.hint * 5 + small * 7;  // most are digests
}

const KnownMoves::Outcome* KnownMoves::Find(const Case& wanted) const {
  const auto found = known_.find(wanted);
  return found == known_.end() ? nullptr : &found->second;
}

void KnownMoves::Want(const Case& wanted, const std::function<WholeMoves()>& way) {
  const auto [at, is_new] = wanted_.try_emplace(wanted);
  if (is_new) at->second = way();
}

void KnownMoves::SeeWanted(WholeRun& run) {
  if (wanted_.empty()) return;
  Shared<Slot> slots(wanted_.size());
  Shared<std::uint64_t> made;
  std::vector<Task> tasks;
  for (auto& [wanted, way] : wanted_) {
    auto* const slot = &slots[tasks.size()];
    tasks.push_back({std::move(way), wanted, slot, &*made});
    tasks.back().moves.push_back(wanted.move);
  }
  wanted_.clear();
  std::ranges::sort(tasks, {}, &Task::moves);
  InChild([&] { Try(run, tasks, 0); });
  for (const auto& task : tasks) {
    const auto& slot = *task.slot;
    REQUIRE(slot.is_done);
    known_[task.wanted] = {slot.node, slot.answers, {slot.sent, slot.sent + slot.sent_count}};
  }
  made_ += *made;
}

// They have the same moves before `depth`, which the run has made.
void KnownMoves::Try(WholeRun& run, std::span<const Task> tasks, std::size_t depth) {
  while (!tasks.empty()) {
    const auto& first = tasks.front().moves[depth];
    const auto end =
        std::ranges::find_if(tasks, [&](const Task& task) { return task.moves[depth] != first; });
    const auto group = tasks.first(static_cast<std::size_t>(end - tasks.begin()));
    tasks = tasks.subspan(group.size());
    if (tasks.empty()) return TryGroup(run, group, depth);  // nobody needs this place any more
    InChild([&] { TryGroup(run, group, depth); });
  }
}

void KnownMoves::TryGroup(WholeRun& run, std::span<const Task> tasks, std::size_t depth) {
  const auto& task = tasks.front();
  const auto& move = task.moves[depth];
  INFO(move.ToString());
  const bool is_it = task.moves.size() == depth + 1;
  if (is_it) {
    INFO("Two nodes that were taken for equal are not.");
    REQUIRE((!run.Exists(move.node) || run.See(move.node).all == task.wanted.node));
    REQUIRE((task.wanted.other == 0 || run.See(move.other).shown == task.wanted.other));
  }
  const auto answers = run.Make(move);
  ++*task.made;
  if (is_it) {
    auto& slot = *task.slot;
    slot.answers = answers;
    slot.node = run.See(move.node);
    const auto& sent = run.sent_last();
    REQUIRE(sent.size() <= kMostSent);
    std::ranges::copy(sent, slot.sent);
    slot.sent_count = sent.size();
    slot.is_done = true;
    tasks = tasks.subspan(1);
  }
  Try(run, tasks, depth + 1);
}

}  // namespace banyan::simulation
