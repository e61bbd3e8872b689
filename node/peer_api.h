#pragma once
// What nodes bring to this one (node/api/peers.md): hints that a log has grown, and answers to what
// it would ask them if it could reach them. By signature only; to everybody else nothing is here.

#include "node/follower.h"
#include "node/http/router.h"
#include "node/peer_gate.h"
#include "node/request_signer.h"
#include "node/want_desk.h"

namespace banyan::node {

// All outlive the router.
struct PeerApiParts {
  PeerGate& gate;
  WantDesk& desk;
  Follower& follower;
  const RequestSigner& signer;
};
void AddPeerRoutes(Router& router, const PeerApiParts& parts);

}  // namespace banyan::node
