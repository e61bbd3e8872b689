#pragma once
// Merkle aggregation of (hash, length) lists: xorb hash, canonical file hash, and the outline by
// which a chunk list travels and is proven piecewise (storage/FORMAT.md sections 2 and 7,
// federation design section 4). Pure functions, safe for concurrent use.

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "storage/chunk.h"

namespace banyan::storage {

// A node of the aggregation tree. `chunk_count` counts the leaves below it.
struct MerkleNode {
  ChunkId hash;  // for a leaf the chunk's own id
  std::uint64_t size_bytes = 0;
  std::uint64_t chunk_count = 1;
  auto operator<=>(const MerkleNode&) const = default;
};

// One level reduction (Xet group rule). Empty in, empty out.
std::vector<MerkleNode> ReduceLevel(std::span<const MerkleNode> nodes);
// The root: zero hash for an empty list, the node itself for one node.
MerkleNode MerkleRoot(std::span<const MerkleNode> nodes);

// Root over the chunks, in order; names a pack.
XorbHash HashXorb(std::span<const ChunkRef> chunks);
// Keyed hash of the root with the given salt (the hub's is all zero); the empty file is all zero.
FileHash HashFile(std::span<const ChunkRef> chunks);
FileHash HashFile(std::span<const ChunkRef> chunks, const std::array<std::uint8_t, 32>& salt);
// Keyed BLAKE3 over the raw chunk hashes of a run (a Xet "verification" hash).
ChunkId HashRange(std::span<const ChunkRef> chunks);

// Section height: an outline lists all nodes after this many reductions (or the root, when the
// tree is lower), so that one section is about 50 MB of file.
inline constexpr int kSectionHeight = 4;

// The nodes at kSectionHeight, left to right. One node for a list that fits one section; none for
// the empty file.
struct Outline {
  std::vector<MerkleNode> sections;
  auto operator<=>(const Outline&) const = default;
};
Outline MakeOutline(std::span<const ChunkRef> chunks);

// True when `outline` aggregates to `file` and its sizes and counts add up to `size_bytes` and
// `chunk_count` (both from the manifest: a bare hash cannot tell an inner node from a chunk).
struct FileShape {
  FileHash hash;
  std::uint64_t size_bytes = 0;
  std::uint64_t chunk_count = 0;
  auto operator<=>(const FileShape&) const = default;
};
bool OutlineProves(const Outline& outline, const FileShape& file);
// True when these leaves, reduced exactly as the whole file's would be, give section `index` of
// the outline. A file of one section is checked by its root.
bool SectionProves(const Outline& outline, std::size_t index, std::span<const ChunkRef> chunks);

// Wire forms (little-endian, versioned; storage/FORMAT.md section 7). Parse is strict: Invalid on
// wrong magic, counts, zero or oversized chunks, or trailing bytes; TooLarge past max_sections.
Bytes EncodeOutline(const Outline& outline);
Result<Outline> ParseOutline(ByteView bytes, std::size_t max_sections = 1u << 20);
Bytes EncodeChunkList(std::span<const ChunkRef> chunks);
Result<ChunkList> ParseChunkList(ByteView bytes, std::size_t max_chunks = 1u << 20);

}  // namespace banyan::storage
