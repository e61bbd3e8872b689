#pragma once
// Where nodes are reached, as the logs that are held say, and what the own log says of it
// (PROTOCOL.md section 13). Functions work on the connection they are given; those that change
// something inside Database::Write.

#include <vector>

#include "federation/format/address_entry.h"
#include "federation/own_origin.h"

namespace banyan::federation {

// A `self` or `peer` entry of a log that has just been appended; one that is not understood says
// nothing. A log's 1,000 latest count.
Status TakeAddresses(storage::Connection& connection, LogId log, std::uint64_t position,
                     const Json& entry);

struct LearnedNode {
  NodeId node;
  std::vector<std::string> addresses;  // that may be dialled, best first
};
// What logs of others say, a node once for each log that speaks of it: first what nodes say of
// themselves.
Result<std::vector<LearnedNode>> ListLearned(storage::Connection& connection);

// Appends to the own log what changed: `addresses` of this node, and where each of `reached` was
// reached. Returns the number of entries. Unavailable when the clock is plainly wrong.
Result<std::size_t> WriteAddresses(storage::Database& database, const OwnOrigin& own,
                                   const std::vector<std::string>& addresses,
                                   const std::vector<LearnedNode>& reached, std::int64_t now_ms);

}  // namespace banyan::federation
