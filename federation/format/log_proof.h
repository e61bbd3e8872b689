#pragma once
// Proofs about a log (RFC 6962 section 2.1; verification as in RFC 9162 sections 2.1.3.2 and
// 2.1.4.2): that an entry is in it, that one state of it grew into another. Pure functions.

#include <functional>
#include <span>

#include "federation/format/log_hash.h"

namespace banyan::federation {

using LogProof = std::vector<LogHash>;

// A state of a log.
struct LogState {
  std::uint64_t size = 0;
  LogHash root;
  bool operator==(const LogState&) const = default;
};

// Invalid unless `proof` shows `leaf` at `index` of `state`.
Status VerifyInclusion(const LogState& state, std::uint64_t index, const LogHash& leaf,
                       std::span<const LogHash> proof);

// Invalid unless `proof` shows that `newer` begins with `older`. The empty log precedes every
// other and needs an empty proof.
Status VerifyConsistency(const LogState& older, const LogState& newer,
                         std::span<const LogHash> proof);

// The root of the perfect subtree over entries [index · 2^level, (index + 1) · 2^level).
using SubtreeReader = std::function<Result<LogHash>(int level, std::uint64_t index)>;

// Invalid when `index` is not below `size`; else what the reader says when it fails.
Result<LogProof> ProveInclusion(std::uint64_t index, std::uint64_t size,
                                const SubtreeReader& subtree);
// Invalid when `older` is greater than `newer`.
Result<LogProof> ProveConsistency(std::uint64_t older, std::uint64_t newer,
                                  const SubtreeReader& subtree);

}  // namespace banyan::federation
