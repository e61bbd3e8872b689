#include "tests/simulation/of_three.h"

#include "tests/support/must.h"

namespace banyan::simulation {

std::unique_ptr<SimNode> StartOfThree(std::size_t i, const federation::ServiceOptions& service,
                                      Clock& clock, const federation::NodeId* origin) {
  const bool is_origin = i == kOrigin;
  auto node = std::make_unique<SimNode>(
      "node" + std::to_string(i), NodeOptions{i + 1, is_origin, is_origin, false, service}, clock);
  MUST(node->Start());
  for (std::int64_t row = 1; row < static_cast<std::int64_t>(kThree); ++row) {
    MUST(node->AddPeer("http://node" + std::to_string(PeerAt(i, row))));
  }
  if (!is_origin) MUST(node->Follow(*origin));
  return node;
}

}  // namespace banyan::simulation
