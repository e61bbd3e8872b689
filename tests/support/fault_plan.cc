#include "tests/support/fault_plan.h"

namespace banyan {
namespace {

bool CanStrike(FaultKind kind, Operation operation) {
  switch (kind) {
    case FaultKind::Io: return true;
    case FaultKind::NoSpace: return operation == Operation::Write || operation == Operation::Change;
    case FaultKind::ShortWrite: return operation == Operation::Write;
    case FaultKind::Crash: return operation != Operation::Query;
  }
  return false;
}

Error MakeError(FaultKind kind, const std::string& what) {
  switch (kind) {
    case FaultKind::Io: return Error(Errc::Io, what + ": planned input/output error");
    case FaultKind::NoSpace: return Error(Errc::NoSpace, what + ": planned full disk");
    case FaultKind::ShortWrite: return Error(Errc::NoSpace, what + ": planned short write");
    case FaultKind::Crash: return Error(Errc::Io, what + ": planned power loss");
  }
  return Error(Errc::Io, what);
}

}  // namespace

std::string ToString(FaultKind kind) {
  switch (kind) {
    case FaultKind::Io: return "Io";
    case FaultKind::NoSpace: return "NoSpace";
    case FaultKind::ShortWrite: return "ShortWrite";
    case FaultKind::Crash: return "Crash";
  }
  return "?";
}

std::string ToString(const FaultPlan& plan) {
  return ToString(plan.kind) + " at operation " + std::to_string(plan.nth) +
         (plan.forever ? " for ever" : "") + (plan.applied ? ", yet applied" : "");
}

std::optional<Fault> FaultCounter::Next(Operation operation, const std::string& what) {
  const bool dead = plan_.kind == FaultKind::Crash && struck_ > 0;
  if (dead) return Fault{plan_.kind, MakeError(plan_.kind, what), Reach::None};
  if (!CanStrike(plan_.kind, operation)) return std::nullopt;
  ++counted_;
  const bool first = plan_.nth != 0 && counted_ == plan_.nth;
  const bool later = plan_.nth != 0 && counted_ > plan_.nth && plan_.forever;
  if (!first && !later) return std::nullopt;
  ++struck_;
  Reach reach = Reach::None;
  if (plan_.kind == FaultKind::ShortWrite) reach = Reach::Half;
  if (plan_.applied && first) reach = Reach::All;
  return Fault{plan_.kind, MakeError(plan_.kind, what), reach};
}

}  // namespace banyan
