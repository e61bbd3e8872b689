#pragma once
// A peer that this node cannot reach: what is asked of it waits until it calls (want_desk.h).

#include "federation/transfer/peer_source.h"
#include "node/client/transfer_rate.h"
#include "node/want_desk.h"

namespace banyan::node {

// Thread safe. Errors: as WantDesk::Ask.
class ReversePeer final : public federation::PeerSource {
 public:
  // Borrows both.
  ReversePeer(const federation::NodeId& node, WantDesk& desk, TransferRate& rate_limit)
      : node_(node), desk_(desk), rate_limit_(rate_limit) {}

  std::string Name() const override { return "node " + node_.ToString(); }
  Result<Bytes> Get(const std::string& path, std::size_t max_bytes) override;
  Status Read(const std::string& path, std::uint64_t offset, std::uint64_t size_bytes,
              const Sink& sink) override;
  Result<std::vector<std::optional<Bytes>>> GetObjects(std::span<const Sha256> ids) override;

 private:
  Status Ask(federation::Want want, const Sink& sink);
  Result<Bytes> AskForAll(federation::Want want);

  const federation::NodeId node_;
  WantDesk& desk_;
  TransferRate& rate_limit_;
};

}  // namespace banyan::node
