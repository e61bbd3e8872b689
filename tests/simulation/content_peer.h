#pragma once
// A peer of a simulated node as its workers see it, who move and verify content: over the same
// links, and with the same liars. A worker's exchange takes no virtual time; its threads are real
// ones, so that what a run fetches from whom may differ from run to run.

#include "federation/transfer/peer_source.h"
#include "tests/simulation/sim_node.h"

namespace banyan::simulation {

class World;

// What a node's routes for content give everybody.
Result<Bytes> AnswerContent(SimNode& node, const std::string& path);
Result<Bytes> AnswerSmallFile(SimNode& node, const FileHash& hash);

// Thread safe: World::Exchange lets one exchange after the other through.
class ContentPeer final : public federation::PeerSource {
 public:
  ContentPeer(World& world, std::size_t reader, std::size_t peer)
      : world_(world), reader_(reader), peer_(peer) {}

  std::string Name() const override { return "node" + std::to_string(peer_); }
  Result<Bytes> Get(const std::string& path, std::size_t max_bytes) override;
  Status Read(const std::string& path, std::uint64_t offset, std::uint64_t size_bytes,
              const Sink& sink) override;
  Result<std::vector<std::optional<Bytes>>> GetObjects(std::span<const Sha256> ids) override;
  Result<std::vector<std::optional<Bytes>>> GetFiles(std::span<const FileHash> files) override;

 private:
  World& world_;
  const std::size_t reader_;
  const std::size_t peer_;
};

}  // namespace banyan::simulation
