#pragma once
// A node's name for ever: the leaf hash of its genesis entry, written as 52 characters of base32
// (RFC 4648 section 6, lower case, no padding). A value.

#include "federation/format/log_hash.h"

namespace banyan::federation {

class NodeId {
 public:
  explicit NodeId(const LogHash& genesis) : genesis_(genesis) {}
  // Invalid unless 52 characters of the alphabet, the last one without loose bits.
  static Result<NodeId> Parse(std::string_view text);
  std::string ToString() const;
  // The first eight characters, for logs.
  std::string Short() const { return ToString().substr(0, 8); }
  const LogHash& genesis() const { return genesis_; }
  auto operator<=>(const NodeId&) const = default;

 private:
  LogHash genesis_;
};

}  // namespace banyan::federation
