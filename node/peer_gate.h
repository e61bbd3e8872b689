#pragma once
// Which node a request is from, by its signature, and what nodes may do here that others may not
// (federation/PROTOCOL.md section 7). Only nodes that the policy names, or that are peers, are
// looked for: to everybody else a signature is worth nothing and costs nothing.

#include <memory>

#include "node/config.h"
#include "node/http/http_types.h"
#include "node/nonce_book.h"
#include "node/policy_file.h"
#include "storage/base/clock.h"
#include "storage/base/sqlite.h"

namespace banyan::node {

// Thread safe.
class PeerGate {
 public:
  struct Parts {
    Clock& clock;
    const Config& config;  // checked
    storage::Database& database;
    const PolicyFile& policy;
  };
  explicit PeerGate(const Parts& parts)
      : parts_(parts), nonces_(kNoncesKept, parts.clock.NowMs() / 1000 - 1) {}

  // Sets request.caller_node, or request.signature_problem; a request without a signature, or with
  // one that proves nothing, stays as it is. What is given back takes the place of request.body
  // while the request is handled, and fails at its end when the body is not the signed one;
  // nullptr: none. Errors are the catalog's own.
  Result<std::unique_ptr<BodySource>> Identify(Request& request);

  // As if this node had signed it: for what is asked on its behalf.
  void Admit(const federation::NodeId& node, Request& request) const;
  // The tree of files is open to this caller: readers in the policy.
  bool MayRead(const Request& request) const;
  // Not everybody may read: readers in the policy.
  bool IsPrivate() const { return parts_.policy.policy()->readers.has_value(); }
  // It may bring what this node wants: accept_from in the policy.
  bool MayBring(const Request& request) const;
  // It may say that a log has grown: a peer, or one of accept_from.
  static bool MayHint(const Request& request) { return request.caller_node.has_value(); }

 private:
  struct Identity {
    std::optional<federation::NodeId> node;
    std::string problem;
    std::optional<Sha256> content;  // that was signed
  };
  Result<Identity> Prove(const Request& request);

  const Parts parts_;
  NonceBook nonces_;
};

// A path of the tree of files, but for what nodes bring there (peer_api.h).
bool IsTreeOfFiles(const Request& request);

// As if there were nothing at this path, but for what is wrong with the signature of a node that
// may be here.
void AnswerStranger(const Request& request, Response& response);

}  // namespace banyan::node
