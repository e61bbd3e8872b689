#pragma once
// Outlines: how a file's chunk list travels and is proven piece by piece against the file hash,
// before any content is fetched (storage/content/FORMAT.md section 7). Pure functions, safe for
// concurrent use.
//
// An outline is one level of the aggregation tree. Its nodes, the sections, aggregate to the file
// hash; the chunks under one section aggregate to that section and to nothing else. So a receiver
// checks the outline first, then each section alone, and skips sections that it knows.

#include <cstdint>
#include <span>
#include <vector>

#include "storage/content/merkle.h"

namespace banyan::storage {

// An outline lists all nodes after this many reductions (or the root, when the tree is lower), so
// that one section is about 57 MB of file.
inline constexpr int kSectionHeight = 4;
// Chunks of a section: fewer than the minimum only in the last one.
inline constexpr std::size_t kMinSectionChunks = 3 * 3 * 3 * 3;
inline constexpr std::size_t kMaxSectionChunks = 9 * 9 * 9 * 9;

// The nodes at kSectionHeight, left to right. One node for a list that fits one section; none for
// the empty file.
struct Outline {
  std::vector<MerkleNode> sections;
  auto operator<=>(const Outline&) const = default;
};
// Whether counts and sizes can be those of a chunk, and of sections, whatever their hashes.
bool IsPlausible(const ChunkRef& chunk);
bool IsPlausible(const Outline& outline);

Outline MakeOutline(std::span<const ChunkRef> chunks);
// The part of the outlined file's whole list that lies under section `index`.
std::span<const ChunkRef> SectionChunks(const Outline& outline, std::size_t index,
                                        std::span<const ChunkRef> chunks);

// True when `outline` aggregates to `file` and its sizes and counts add up to `size_bytes` and
// `chunk_count` (both from the manifest: a bare hash cannot tell an inner node from a chunk).
// Another level of the right tree may pass; then not all of its sections can be proven, and whoever
// sent the outline is to blame.
struct FileShape {
  FileHash hash;
  std::uint64_t size_bytes = 0;
  std::uint64_t chunk_count = 0;
  auto operator<=>(const FileShape&) const = default;
};
bool OutlineProves(const Outline& outline, const FileShape& file);
// True when these leaves, reduced exactly as the whole file's would be, give section `index` of
// the outline, which must itself be proven. A file of one section is checked by its root.
bool SectionProves(const Outline& outline, std::size_t index, std::span<const ChunkRef> chunks);

// Wire forms (little-endian, versioned; storage/content/FORMAT.md section 7). Parse is strict:
// Invalid on wrong magic, impossible counts or sizes, or trailing bytes; TooLarge past the limit.
// What Parse takes, Encode gives back byte for byte.
Bytes EncodeOutline(const Outline& outline);
Result<Outline> ParseOutline(ByteView bytes, std::size_t max_sections = 1u << 20);
Bytes EncodeChunkList(std::span<const ChunkRef> chunks);
Result<ChunkList> ParseChunkList(ByteView bytes, std::size_t max_chunks = 1u << 20);

}  // namespace banyan::storage
