#pragma once
// The Merkle root of a list too long to hold: MerkleRoot's result, in memory that grows with the
// logarithm of the number of chunks.

#include <vector>

#include "storage/content/merkle.h"

namespace banyan::storage {

// Not safe for concurrent use.
class MerkleStream {
 public:
  void Add(const ChunkRef& chunk) { Add(0, {chunk.id, chunk.size_bytes, 1}); }
  // The same as MerkleRoot over all that was added; call once, last.
  MerkleNode Finish();

 private:
  struct Level {
    std::vector<MerkleNode> open;     // at most kMaxGroup: not yet known where their group ends
    std::uint64_t grouped_count = 0;  // nodes of this level that went up already
  };
  void Add(std::size_t level, const MerkleNode& node);
  void CloseGroup(std::size_t level);

  std::vector<Level> levels_;
};

}  // namespace banyan::storage
