#pragma once
// Merkle hashing of a log (RFC 6962 section 2.1): leaves, nodes, and the root of a growing list.
// Pure values, safe for concurrent use.

#include <cstdint>
#include <vector>

#include "storage/base/digest.h"

namespace banyan::federation {

struct LogHashTag {
  static constexpr std::size_t kSize = 32;
  static constexpr bool kXetForm = false;
  static constexpr std::string_view kName = "log hash";
};
// A leaf (which names its entry), an inner node, or a root.
using LogHash = Digest<LogHashTag>;

// SHA-256(0x00 ‖ entry).
LogHash HashLeaf(ByteView entry);
// SHA-256(0x01 ‖ left ‖ right).
LogHash HashNode(const LogHash& left, const LogHash& right);
// SHA-256 of nothing: the root of the empty log.
LogHash EmptyRoot();

// What must be kept of a list to append to it and to know its root: the roots of the perfect
// subtrees whose sizes are the one bits of its length, at most 63 hashes. Who stores every entry
// and finds the signed root here needs no consistency proof.
class Frontier {
 public:
  Frontier() = default;
  // `hashes` largest subtree first. Invalid unless as many as `size` has one bits.
  static Result<Frontier> From(std::uint64_t size, std::vector<LogHash> hashes);

  void Append(const LogHash& leaf);
  LogHash Root() const;
  std::uint64_t size() const { return size_; }
  const std::vector<LogHash>& hashes() const { return hashes_; }

 private:
  std::uint64_t size_ = 0;
  std::vector<LogHash> hashes_;
};

}  // namespace banyan::federation
