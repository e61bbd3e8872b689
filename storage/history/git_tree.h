#pragma once
// Git tree objects: entries of one folder in git's order. Pure functions, safe for concurrent use.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "storage/base/digest.h"

namespace banyan::storage {

inline constexpr std::uint32_t kModeFolder = 0040000;
inline constexpr std::uint32_t kModeFile = 0100644;
inline constexpr std::uint32_t kModeExecutable = 0100755;
inline constexpr std::uint32_t kModeGroupWritable = 0100664;  // only in old histories
inline constexpr std::uint32_t kModeSymlink = 0120000;
inline constexpr std::uint32_t kModeSubmodule = 0160000;

struct TreeEntry {
  std::uint32_t mode = kModeFile;
  std::string name;
  GitOid oid;
  bool IsFolder() const { return mode == kModeFolder; }
  auto operator<=>(const TreeEntry&) const = default;
};

// Git's order of entries: by raw bytes, a folder as if its name ended in '/'.
bool TreeOrder(const TreeEntry& a, const TreeEntry& b);

// Strict: Corrupt for unknown modes (but for leading zeros, which old histories have: those are
// kept by whoever keeps the bytes), names that are empty, ".", ".." or hold a slash, entries out of
// order or twice (a file and a folder of one name too), or truncation.
Result<std::vector<TreeEntry>> ParseTree(ByteView data);

// `entries` must be in TreeOrder.
Bytes EncodeTree(const std::vector<TreeEntry>& entries);

// The object cut into pieces at entries whose name says so, for StoreShared: a tree of another
// revision shares all pieces but those with changed entries. Malformed trees are one piece.
std::vector<ByteView> CutTree(ByteView data);

// Git's id of an object: SHA-1 over "<type> <size>\0" and the data.
enum class GitObjectType { Commit = 1, Tree = 2, Blob = 3, Tag = 4 };
std::string_view ToString(GitObjectType type);

}  // namespace banyan::storage
