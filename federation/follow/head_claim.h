#pragma once
// What a signed note says of a log, before anybody looked at who signed it. A value.

#include <string>

#include "federation/format/log_name.h"
#include "federation/format/log_proof.h"

namespace banyan::federation {

struct HeadClaim {
  LogName name;
  LogState state;

  // Invalid unless the note is a well-formed head of a log of this federation.
  static Result<HeadClaim> Parse(const std::string& note);
};

}  // namespace banyan::federation
