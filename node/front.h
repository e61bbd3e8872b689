#pragma once
// What every request passes before and after its route:
//
//   proxies ─▶ preflight? ─▶ who is it? ─▶ too many? ─▶ may it read /fed/? ─▶ route
//                                                              ─▶ CORS, counting, log
//
// Routes find the client's address in request.peer_address, the caller in request.caller, the node
// that calls in request.caller_node, and in request.memory what they may take of it.
// Thread safe.

#include "node/config.h"
#include "node/http/network.h"
#include "node/http/router.h"
#include "node/metrics.h"
#include "node/peer_gate.h"
#include "node/rate_limiter.h"
#include "node/signed_link.h"
#include "storage/base/sqlite.h"
#include "storage/catalog/usage.h"

namespace banyan::node {

class Front {
 public:
  struct Parts {
    Clock& clock;
    const Config& config;  // checked
    storage::Database& database;
    storage::Usage& usage;
    Metrics& metrics;
    PeerGate& gate;
    const LinkSigner& signer;
    const Router& router;
    MemoryBudget& memory;
  };
  explicit Front(const Parts& parts);

  // The Dispatcher of the HTTP server.
  void Handle(Request& request, Response& response);

 private:
  void Answer(Request& request, Response& response);
  bool Identify(Request& request, Response& response);
  Result<storage::Caller> WhoCalls(const Request& request, std::int64_t now_ms);
  void Route(Request& request, Response& response);
  bool Admit(const Request& request, Response& response);

  const Parts parts_;
  const NetworkList proxies_;
  RateLimiter limiter_;
};

}  // namespace banyan::node
