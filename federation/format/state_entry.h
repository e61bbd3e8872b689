#pragma once
// A state entry: what the log says of all repositories together (PROTOCOL.md section 5). A value.

#include "federation/format/entry_member.h"

namespace banyan::federation {

struct StateEntry {
  Sha256 root;              // of the state tree over all entries before this one
  std::uint64_t cards = 0;  // repositories in it

  // Invalid when a key is missing or has another form.
  static Result<StateEntry> Parse(const Json& entry);
  Bytes Render() const;
  bool operator==(const StateEntry&) const = default;
};

}  // namespace banyan::federation
