#include "storage/content/merkle_stream.h"

namespace banyan::storage {

void MerkleStream::Add(std::size_t level, const MerkleNode& node) {
  if (level == levels_.size()) levels_.emplace_back();
  levels_[level].open.push_back(node);
  if (levels_[level].open.size() == kMaxGroup) CloseGroup(level);
}

void MerkleStream::CloseGroup(std::size_t level) {
  auto& open = levels_[level].open;
  const std::size_t size = FirstGroup(open);
  const auto parents = ReduceLevel(std::span(open).first(size));
  ENSURE(parents.size() == 1);
  open.erase(open.begin(), open.begin() + static_cast<std::ptrdiff_t>(size));
  levels_[level].grouped_count += size;
  Add(level + 1, parents.front());
}

MerkleNode MerkleStream::Finish() {
  if (levels_.empty()) return {ChunkId(), 0, 0};
  for (std::size_t level = 0;; ++level) {
    const bool is_root = levels_[level].grouped_count == 0 && levels_[level].open.size() == 1;
    if (is_root) return levels_[level].open.front();
    while (!levels_[level].open.empty()) CloseGroup(level);
  }
}

}  // namespace banyan::storage
