#include "storage/content/outline.h"

namespace banyan::storage {

static_assert(kMinSectionChunks == kMinGroup * kMinGroup * kMinGroup * kMinGroup);
static_assert(kMaxSectionChunks == kMaxGroup * kMaxGroup * kMaxGroup * kMaxGroup);

bool IsPlausible(const ChunkRef& chunk) {
  return chunk.size_bytes >= 1 && chunk.size_bytes <= kMaxChunkBytes;
}

bool IsPlausible(const Outline& outline) {
  for (const auto& section : outline.sections) {
    // Only the right edge of a level has groups below the minimum.
    const std::size_t fewest = &section == &outline.sections.back() ? 1 : kMinSectionChunks;
    if (section.chunk_count < fewest || section.chunk_count > kMaxSectionChunks) return false;
    if (section.size_bytes < section.chunk_count) return false;
    if (section.size_bytes > section.chunk_count * kMaxChunkBytes) return false;
  }
  return true;
}

Outline MakeOutline(std::span<const ChunkRef> chunks) {
  auto nodes = LeavesOf(chunks);
  for (int level = 0; level < kSectionHeight && nodes.size() > 1; ++level) {
    nodes = ReduceLevel(nodes);
  }
  return {std::move(nodes)};
}

std::span<const ChunkRef> SectionChunks(const Outline& outline, std::size_t index,
                                        std::span<const ChunkRef> chunks) {
  ENSURE(index < outline.sections.size());
  std::uint64_t first = 0;
  for (std::size_t i = 0; i < index; ++i) first += outline.sections[i].chunk_count;
  const std::uint64_t count = outline.sections[index].chunk_count;
  ENSURE(first <= chunks.size() && count <= chunks.size() - first);
  return chunks.subspan(first, count);
}

bool OutlineProves(const Outline& outline, const FileShape& file) {
  if (!IsPlausible(outline)) return false;
  const auto root = MerkleRoot(outline.sections);
  return FileShape{HashFileOfRoot(root), root.size_bytes, root.chunk_count} == file;
}

bool SectionProves(const Outline& outline, std::size_t index, std::span<const ChunkRef> chunks) {
  if (index >= outline.sections.size()) return false;
  const auto& section = outline.sections[index];
  if (chunks.size() != section.chunk_count) return false;
  for (const auto& chunk : chunks) {
    if (!IsPlausible(chunk)) return false;
  }
  if (outline.sections.size() == 1) return MakeOutline(chunks) == outline;
  // Exactly as often as in the whole tree: inner nodes posed as chunks would end elsewhere.
  auto nodes = LeavesOf(chunks);
  for (int level = 0; level < kSectionHeight; ++level) nodes = ReduceLevel(nodes);
  return nodes.size() == 1 && nodes[0] == section;
}

}  // namespace banyan::storage
