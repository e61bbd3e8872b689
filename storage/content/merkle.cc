#include "storage/content/merkle.h"

#include <algorithm>

#include "storage/content/keyed_hash.h"

namespace banyan::storage {
namespace {

constexpr std::uint64_t kMeanBranching = 4;

// Group ends depend only on the hashes in the group, so an edit moves few of them.
bool EndsGroup(const ChunkId& hash) {
  return LoadLe<std::uint64_t>(hash.data() + 24) % kMeanBranching == 0;
}

MerkleNode MakeParent(std::span<const MerkleNode> children) {
  MerkleNode parent{ChunkId(), 0, 0};
  std::string lines;
  lines.reserve(kMaxGroup * (2 * ChunkId::kSize + 3 + 20 + 1));
  for (const auto& child : children) {
    lines += child.hash.ToString() + " : " + std::to_string(child.size_bytes) + '\n';
    parent.size_bytes += child.size_bytes;
    parent.chunk_count += child.chunk_count;
  }
  parent.hash = ChunkId::FromRaw(KeyedHash(kInnerNodeKey, AsBytes(lines)));
  return parent;
}

}  // namespace

std::vector<MerkleNode> LeavesOf(std::span<const ChunkRef> chunks) {
  std::vector<MerkleNode> leaves;
  leaves.reserve(chunks.size());
  for (const auto& chunk : chunks) leaves.push_back({chunk.id, chunk.size_bytes, 1});
  return leaves;
}

std::size_t FirstGroup(std::span<const MerkleNode> nodes) {
  const std::size_t longest = std::min(kMaxGroup, nodes.size());
  for (std::size_t size = kMinGroup; size < longest; ++size) {
    if (EndsGroup(nodes[size - 1].hash)) return size;
  }
  return longest;
}

std::vector<MerkleNode> ReduceLevel(std::span<const MerkleNode> nodes) {
  std::vector<MerkleNode> parents;
  parents.reserve(nodes.size() / kMinGroup + 1);
  while (!nodes.empty()) {
    const auto group = nodes.first(FirstGroup(nodes));
    parents.push_back(MakeParent(group));
    nodes = nodes.subspan(group.size());
  }
  return parents;
}

MerkleNode MerkleRoot(std::span<const MerkleNode> nodes) {
  if (nodes.empty()) return {ChunkId(), 0, 0};
  std::vector<MerkleNode> level;
  while (nodes.size() > 1) {
    level = ReduceLevel(nodes);
    nodes = level;
  }
  return nodes.front();
}

XorbHash HashXorb(std::span<const ChunkRef> chunks) {
  return XorbHash::FromRaw(MerkleRoot(LeavesOf(chunks)).hash.bytes());
}

FileHash HashFileOfRoot(const MerkleNode& root, const HashKey& salt) {
  if (root.chunk_count == 0) return FileHash();
  return FileHash::FromRaw(KeyedHash(salt, root.hash.bytes()));
}

FileHash HashFile(std::span<const ChunkRef> chunks, const HashKey& salt) {
  return HashFileOfRoot(MerkleRoot(LeavesOf(chunks)), salt);
}

ChunkId HashRange(std::span<const ChunkRef> chunks) {
  Bytes hashes;
  hashes.reserve(chunks.size() * ChunkId::kSize);
  for (const auto& chunk : chunks) {
    hashes.insert(hashes.end(), chunk.id.bytes().begin(), chunk.id.bytes().end());
  }
  return ChunkId::FromRaw(KeyedHash(kRangeKey, hashes));
}

}  // namespace banyan::storage
