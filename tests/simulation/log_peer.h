#pragma once
// A peer of a simulated origin, which asks it what it holds of its log before it signs
// (node/own_log.h). The answers take no virtual time. Who does not answer, breaks off or lies is
// drawn when the asking begins: the real code asks all peers at once, each on a thread of its own,
// and a run must be the same the next time.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "federation/transfer/peer_source.h"
#include "tests/simulation/conduct.h"
#include "tests/simulation/sim_node.h"

namespace banyan::simulation {

// Asked by one thread at a time, while the node does nothing else.
class LogPeer final : public federation::PeerSource {
 public:
  struct Options {
    std::uint64_t answers = 0;  // after which it breaks off
    Conduct conduct = Conduct::Honest;
    std::uint64_t seed = 0;
  };
  LogPeer(SimNode& node, const Options& options)
      : node_(node), options_(options), random_(options.seed) {}

  std::string Name() const override { return node_.name(); }
  Result<Bytes> Get(const std::string& path, std::size_t max_bytes) override;
  // Of a log neither is asked for.
  Status Read(const std::string& path, std::uint64_t offset, std::uint64_t size_bytes,
              const Sink& sink) override;
  Result<std::vector<std::optional<Bytes>>> GetObjects(std::span<const Sha256> ids) override;

 private:
  SimNode& node_;
  const Options options_;
  FakeRandom random_;
  std::uint64_t answered_ = 0;
};

}  // namespace banyan::simulation
