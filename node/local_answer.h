#pragma once
// Answers to what another node wants of this one, from the tree of files as this node's own routes
// give it to that node: what is private, withheld or kept from it is absent here as there.

#include "federation/format/want_list.h"
#include "node/http/router.h"
#include "node/peer_gate.h"
#include "node/want_desk.h"

namespace banyan::node {

// Borrows all.
class LocalAnswer {
 public:
  // Takes one part after another, the last of which ends the answer.
  using Send = std::function<Status(const AnswerPart& part, std::string body)>;
  LocalAnswer(const Router& router, const PeerGate& gate) : router_(router), gate_(gate) {}

  // The answer to `want` of the node `asker` (nullopt: a stranger). Errors are those of `send`.
  using Asker = std::optional<federation::NodeId>;
  Status Give(const Asker& asker, const federation::Want& want, const Send& send) const;

 private:
  void Ask(const Asker& asker, Request& request, Response& response) const;

  const Router& router_;
  const PeerGate& gate_;
};

}  // namespace banyan::node
