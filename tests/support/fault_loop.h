#pragma once
// Runs a workload once for every way its disk may fail. Each run starts on a new file system:
//
//   setup      without faults
//   operation  with the n-th file operation failing; n = 1, 2, ... until nothing was struck
//   verify     without faults: opens what `operation` left and checks it
//
// What `operation` reports as done (an acknowledged commit) is kept by the caller in variables
// that `setup` resets; `verify` must find all of it. Everything `operation` opened is closed when
// it returns. A failing check prints the plan and the seed that lead to it.

#include <cstdlib>
#include <functional>

#include "tests/support/memory_file_system.h"
#include "tests/support/must.h"
#include "tests/support/sanitizer.h"

namespace banyan {

struct Workload {
  std::function<void(MemoryFileSystem&)> setup;
  // May fail when a fault struck; must succeed when none did.
  std::function<Status(MemoryFileSystem&)> operation;
  // Called twice per run: the second time after a power loss that keeps only what was synced.
  std::function<void(MemoryFileSystem&)> verify;
};

// A longer workload is split: the loops are quadratic in it.
inline constexpr std::uint64_t kMaxLoopOperations = 550;

// One run. False when the plan struck nothing, which ends the loop.
inline bool RunWithFault(const Workload& workload, FaultPlan plan, std::uint64_t crash_seed) {
  INFO(ToString(plan) << ", crash seed " << crash_seed);
  MemoryFileSystem fs;
  workload.setup(fs);
  fs.SetFault(plan);
  const Status status = workload.operation(fs);
  const bool struck = fs.struck() > 0;
  if (!struck) MUST(status);
  fs.ClearFault();
  if (plan.kind == FaultKind::Crash) fs.Crash(crash_seed);
  workload.verify(fs);
  fs.Crash(0);
  INFO("after another power loss");
  workload.verify(fs);
  return struck;
}

// With BANYAN_LONG, and of short workloads that ask for it, every n. Else every n up to 10 and then
// every third, `phase` telling which: of three loops with different phases each n is struck by one.
// The thread sanitizer, which looks for something else than what a fault leaves behind, sees fewer.
enum class Strikes { Spread, Each };
inline constexpr std::uint64_t kEachUpTo = kThreadSanitized ? 2 : 10;
inline constexpr std::uint64_t kStride = kThreadSanitized ? 31 : 3;
inline void RunUntilNothingStrikes(const Workload& workload, FaultPlan plan, std::uint64_t seed,
                                   std::uint64_t phase = 0, Strikes strikes = Strikes::Spread) {
  const bool every =
      std::getenv("BANYAN_LONG") != nullptr || (strikes == Strikes::Each && !kThreadSanitized);
  const auto next = [&](std::uint64_t nth) {
    const auto since_struck = (nth + kStride - (1 + phase) % kStride) % kStride;
    return every || nth < kEachUpTo ? nth + 1 : nth + kStride - since_struck;
  };
  for (plan.nth = 1; RunWithFault(workload, plan, seed); plan.nth = next(plan.nth)) {
    INFO("the workload has too many file operations for a fault loop");
    REQUIRE(plan.nth <= kMaxLoopOperations);
  }
}

// Input/output errors, a full disk and short writes at every operation, once and for ever.
inline void ForEveryFault(const Workload& workload, Strikes strikes = Strikes::Spread) {
  std::uint64_t phase = 0;
  for (const auto kind : {FaultKind::Io, FaultKind::NoSpace, FaultKind::ShortWrite}) {
    for (const bool forever : {false, true}) {
      RunUntilNothingStrikes(workload, {.kind = kind, .forever = forever}, 0, phase++, strikes);
    }
  }
}

// Power loss at every changing operation. Seed 0 loses all that was not synced; the others keep
// mixtures, and with an odd seed the interrupted operation itself takes effect.
inline void ForEveryCrash(const Workload& workload, std::uint64_t seeds = 4,
                          Strikes strikes = Strikes::Spread) {
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    const bool applied = seed % 2 == 1;
    RunUntilNothingStrikes(workload, {.kind = FaultKind::Crash, .applied = applied}, seed, seed,
                           strikes);
  }
}

}  // namespace banyan
