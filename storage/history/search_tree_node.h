#pragma once
// Nodes of the deterministic search tree (storage/history/FORMAT.md section 1): a sorted map from
// keys to small values whose shape follows from its content alone, so that the same content has
// the same root on every node and revisions share every node that did not change.
//
// Bytes of a node, and nothing after them:
//   u8 version = 1, u8 level (0: leaf), varint item count,
//   per item in ascending order of raw key bytes: varint size, key, varint size, value
// A leaf holds the map's own items. An inner node has one item for each child: its key is the
// child's last key, its value the child's id (32 bytes) and the varint count of leaf items below.
// The id of a node is the SHA-256 of its bytes. Pure functions, safe for concurrent use.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "storage/base/digest.h"

namespace banyan::storage {

inline constexpr std::size_t kMaxNodeItems = 4096;
inline constexpr std::size_t kMaxKeyBytes = 1024;
inline constexpr std::size_t kMaxValueBytes = 512;
inline constexpr std::size_t kMaxNodeBytes = 8u << 20;  // never reached within the limits above
inline constexpr int kMaxTreeLevel = 7;

struct SearchItem {
  std::string key;
  std::string value;
  auto operator<=>(const SearchItem&) const = default;
};

struct SearchNode {
  int level = 0;
  std::vector<SearchItem> items;
  auto operator<=>(const SearchNode&) const = default;
};

// What an inner item's value says of a child.
struct ChildRef {
  Sha256 id;
  std::uint64_t item_count = 0;  // leaf items below
  auto operator<=>(const ChildRef&) const = default;
};
std::string EncodeChildRef(const ChildRef& child);
Result<ChildRef> ParseChildRef(std::string_view value);

// True when a node of `level` ends after this key: the first 10 * (level + 1) bits of its SHA-256
// are zero. Levels from 4 up end by kMaxNodeItems alone, so crafted keys cannot make a tree deep.
bool EndsNode(std::string_view key, int level);

Bytes EncodeNode(const SearchNode& node);
// Strict: Corrupt unless encoding the result gives `bytes` again, keys ascend, sizes and counts
// are within the limits and children are well formed. Allocates only after checking counts.
Result<SearchNode> ParseNode(ByteView bytes);
// The ids of its children; none for a leaf, whose items are not looked at.
Result<std::vector<Sha256>> ListChildren(ByteView encoded);
// The encoded node as consecutive pieces that do not depend on each other, cut so that a change
// of one item changes one small piece; for storage, not part of the format.
std::vector<ByteView> CutNode(ByteView encoded);

}  // namespace banyan::storage
