#pragma once
// The text of a log's signed head (C2SP tlog-checkpoint v1). A value.

#include <string>
#include <string_view>

#include "federation/format/log_proof.h"

namespace banyan::federation {

struct Checkpoint {
  std::string origin;  // names the log, and the key that signs it
  LogState state;

  // Invalid for anything that ToString would not give back; extension lines are refused, since
  // no log of ours has any.
  static Result<Checkpoint> Parse(std::string_view text);
  // Three lines: origin, size in decimal, root in base64.
  std::string ToString() const;
  bool operator==(const Checkpoint&) const = default;
};

}  // namespace banyan::federation
