#pragma once
// How a node shows its keys to another that does not hold its log: the first entry of each of its
// epochs, oldest first (PROTOCOL.md section 7, header Banyan-Introduction). The first one hashes to
// the node's id, and each authorises the next, so that it proves itself. Pure functions.

#include <string>
#include <string_view>
#include <vector>

#include "federation/format/key_set.h"
#include "federation/format/node_id.h"

namespace banyan::federation {

inline constexpr std::size_t kMaxIntroductionBytes = 8u << 10;  // of the text
inline constexpr std::string_view kIntroductionHeader = "Banyan-Introduction";

// Entries in base64 with a space between them.
std::string IntroductionText(const std::vector<Bytes>& openings);
// The keys of the latest epoch in it; an old introduction proves keys that the node has given up.
struct IntroducedKeys {
  std::uint64_t epoch = 0;
  KeySet keys;
};
// TooLarge, or Invalid for what does not prove itself.
Result<IntroducedKeys> ReadIntroduction(const NodeId& node, std::string_view text);

}  // namespace banyan::federation
