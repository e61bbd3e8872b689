#pragma once
// Names one epoch's log: the origin line of its checkpoints, and the name of the key that signs
// them (PROTOCOL.md section 5). A value.

#include <string>

#include "federation/format/node_id.h"

namespace banyan::federation {

struct LogName {
  NodeId node;
  std::uint64_t epoch = 0;

  // Invalid unless "banyan/<node id>/<epoch>", the epoch in decimal without leading zeros.
  static Result<LogName> Parse(std::string_view text);
  std::string ToString() const;
  // Where its files are below a peer's base: "/fed/<node id>/<epoch>/".
  std::string Path() const;
  auto operator<=>(const LogName&) const = default;
};

}  // namespace banyan::federation
