#pragma once
// Which operation of a test file system fails, and how. Counting restarts with every plan, and
// only operations that the kind can strike are counted, so that a loop over n wastes no run.

#include <cstdint>
#include <optional>
#include <string>

#include "storage/base/result.h"

namespace banyan {

enum class FaultKind {
  Io,          // any operation: EIO (Errc::Io)
  NoSpace,     // an operation that may need space: ENOSPC (Errc::NoSpace)
  ShortWrite,  // WriteAt: half of the data lands, then ENOSPC (Errc::NoSpace)
  Crash,       // power loss at a changing operation: it and all that follow fail with Errc::Io
};
std::string ToString(FaultKind kind);

struct FaultPlan {
  FaultKind kind = FaultKind::Io;
  std::uint64_t nth = 0;  // counted from 1; 0 never strikes
  bool forever = false;   // strikes the n-th and every later one; always so for Crash
  bool applied = false;   // the n-th operation takes effect although it reports failure
};
// For a failing test's output, e.g. "Io at operation 7 for ever".
std::string ToString(const FaultPlan& plan);

enum class Operation {
  Query,   // changes nothing: Open for reading, ReadAt, Map, Stat, List ...
  Write,   // WriteAt
  Change,  // may need space: Open that creates, Truncate, Rename, Sync ...
  Remove,  // changes, but frees space
};

// How much of an operation takes effect.
enum class Reach { None, Half, All };

struct Fault {
  FaultKind kind;
  Error error;
  Reach reach;
};

// Counts operations against a plan. Not thread safe: its owner locks.
class FaultCounter {
 public:
  explicit FaultCounter(FaultPlan plan = {}) : plan_(plan) {}
  // Counts one operation; its fault if the plan strikes it. `what` begins the error's message.
  std::optional<Fault> Next(Operation operation, const std::string& what);
  // Operations struck so far, and those that could have been struck.
  std::uint64_t struck() const { return struck_; }
  std::uint64_t counted() const { return counted_; }

 private:
  FaultPlan plan_;
  std::uint64_t counted_ = 0;
  std::uint64_t struck_ = 0;
};

}  // namespace banyan
