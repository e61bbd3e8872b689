#pragma once
// A peer over HTTP: its tree of files, as PeerSource has it.

#include "federation/transfer/peer_source.h"
#include "node/peer_link.h"

namespace banyan::node {

// Thread safe. Errors: as PeerLink::Send.
class HttpPeer final : public federation::PeerSource {
 public:
  explicit HttpPeer(std::shared_ptr<PeerLink> link) : link_(std::move(link)) {}

  std::string Name() const override { return link_->address(); }
  Result<Bytes> Get(const std::string& path, std::size_t max_bytes) override;
  Status Read(const std::string& path, std::uint64_t offset, std::uint64_t size_bytes,
              const Sink& sink) override;
  Result<std::vector<std::optional<Bytes>>> GetObjects(std::span<const Sha256> ids) override;
  Result<std::vector<std::optional<Bytes>>> GetFiles(std::span<const FileHash> files) override;

 private:
  Result<std::vector<std::optional<Bytes>>> Ask(const std::string& path, std::string digests,
                                                std::size_t asked);

  const std::shared_ptr<PeerLink> link_;
};

}  // namespace banyan::node
