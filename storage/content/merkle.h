#pragma once
// Merkle aggregation of (hash, length) lists: pack names and canonical file hashes
// (storage/content/FORMAT.md section 2). How a chunk list travels and is proven piecewise is in
// outline.h. Pure functions, safe for concurrent use.

#include <cstdint>
#include <span>
#include <vector>

#include "storage/content/chunk.h"
#include "storage/content/keyed_hash.h"

namespace banyan::storage {

// A node of the aggregation tree. `chunk_count` counts the leaves below it.
struct MerkleNode {
  ChunkId hash;  // for a leaf the chunk's own id
  std::uint64_t size_bytes = 0;
  std::uint64_t chunk_count = 1;
  auto operator<=>(const MerkleNode&) const = default;
};
std::vector<MerkleNode> LeavesOf(std::span<const ChunkRef> chunks);

// Children of a node: at most kMaxGroup; fewer than kMinGroup only at a level's right edge.
inline constexpr std::size_t kMinGroup = 3;
inline constexpr std::size_t kMaxGroup = 9;

// How many nodes at the front form the first group, if `nodes` goes to the end of its level or has
// at least kMaxGroup.
std::size_t FirstGroup(std::span<const MerkleNode> nodes);
// One level reduction (Xet group rule). Empty in, empty out; a single node is wrapped.
std::vector<MerkleNode> ReduceLevel(std::span<const MerkleNode> nodes);
// The root: zero hash and no chunks for an empty list, the node itself for one node.
MerkleNode MerkleRoot(std::span<const MerkleNode> nodes);

// Root over the chunks, in order; names a pack.
XorbHash HashXorb(std::span<const ChunkRef> chunks);
// Keyed hash of the root with the given salt (the hub's is all zero); the empty file is all zero.
FileHash HashFile(std::span<const ChunkRef> chunks, const HashKey& salt = kNoSalt);
FileHash HashFileOfRoot(const MerkleNode& root, const HashKey& salt = kNoSalt);
// Keyed BLAKE3 over the raw chunk hashes of a run (a Xet "verification" hash).
ChunkId HashRange(std::span<const ChunkRef> chunks);

}  // namespace banyan::storage
