#pragma once
// Peers that nobody named: the policy picks them from what logs and the local network say
// (PROTOCOL.md section 13).

#include "federation/follow/peers.h"
#include "federation/learned_addresses.h"
#include "federation/peer_rules.h"

namespace banyan::federation {

// Who announces itself in the local network.
struct Neighbour {
  NodeId node;
  std::string address;  // dialable; its host is a numeric address
  bool operator==(const Neighbour&) const = default;
};

// Makes the found ones among the rows of peers what `rules` want now: neighbours first, then what
// nodes say of themselves, then what others say; but who is asked already stays, until it fails
// again and again. A node that answers at an address that the operator named is not dialled
// elsewhere. Inside Database::Write.
Status ChooseLearnedPeers(storage::Connection& connection, const PeerRules& rules,
                          const std::vector<Neighbour>& neighbours, std::int64_t now_ms);

// The named peers that answered, with their address: what the own log may say. Those whose address
// is nothing to others are left out.
Result<std::vector<LearnedNode>> ListReached(storage::Connection& connection);

}  // namespace banyan::federation
