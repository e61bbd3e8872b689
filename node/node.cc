#include "node/node.h"

#include "node/node_parts.h"

namespace banyan::node {

Result<std::unique_ptr<Node>> Node::Start(const Seams& seams, const Config& config) {
  if (config.UsesTls()) TRY(RequirePrivateFile(seams.fs, config.tls_key));
  auto data = TRY(DataDirectory::Open(seams.clock, seams.random, seams.fs,
                                      {config.data, true, config.storage_min_free.bytes}));
  std::unique_ptr<Node> node(new Node(std::make_unique<Parts>(seams, config, std::move(data))));
  TRY(node->parts_->Start());
  return node;
}

Node::Node(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Node::~Node() { Stop(0); }

std::uint16_t Node::port() const { return parts_->port(); }
DataDirectory& Node::data() { return parts_->data(); }
OwnLog& Node::own_log() { return parts_->own_log(); }
Follower& Node::follower() { return parts_->follower(); }
DemandedFiles& Node::demanded_files() { return parts_->demanded_files(); }
WantDesk& Node::desk() { return parts_->desk(); }
const Router& Node::router() const { return parts_->router(); }
void Node::Stop(std::int64_t grace_ms) { parts_->Stop(grace_ms); }

}  // namespace banyan::node
