#pragma once
// The names of an in-memory file system: the live tree, the tree a disk would hold for certain,
// and the ordered list of name changes between the two.

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "storage/base/result.h"
#include "tests/support/memory_content.h"

namespace banyan {

struct MemoryNode {
  bool is_directory = false;
  std::int64_t modified_ms = 0;
  MemoryContent content;                                        // of a file
  std::map<std::string, std::shared_ptr<MemoryNode>> children;  // of a directory
  std::map<std::string, std::shared_ptr<MemoryNode>> durable_children;
};
using NodePtr = std::shared_ptr<MemoryNode>;

// Paths are split at '/'; empty parts and "." count for nothing, and a relative path starts at
// the root. Errors are those of DiskFileSystem. Not thread safe: its owner locks.
class MemoryTree {
 public:
  MemoryTree();

  Result<NodePtr> Find(const std::string& path) const;
  // The new empty file; its parent must exist and `path` must not.
  Result<NodePtr> CreateFile(const std::string& path, std::int64_t now_ms);
  Status Rename(const std::string& from, const std::string& to);
  Status Remove(const std::string& path);
  // Durable at once, as FileSystem promises.
  Status CreateDirectories(const std::string& path, std::int64_t now_ms);
  // Makes durable every change whose directories have all been synced, and whatever earlier
  // change of the same names it rests on.
  Status SyncDirectory(const std::string& path);

  // The sum over all named files.
  std::uint64_t UsedBytes() const;

  // Power loss. With no `random` only durable names stay; else each pending change is kept or
  // undone, as a whole, and one that rests on an undone change of the same name is undone too.
  // All nodes are new afterwards.
  void Crash(FakeRandom* random);
  // A tree of its own, with what is certain to outlive a power loss.
  MemoryTree Durable() const;

 private:
  struct Entry {
    NodePtr directory;
    std::string name;
    NodePtr child;  // null: the name goes away
    bool synced = false;
  };
  using Change = std::vector<Entry>;  // atomic; more than one entry for a rename
  using Name = std::pair<MemoryNode*, std::string>;

  struct Place {
    NodePtr directory;
    std::string name;
  };
  Result<Place> FindPlace(const std::string& path) const;
  void Apply(Change change);
  void Settle();
  static void MakeDurable(const Change& change);
  static bool Touches(const Change& change, const std::set<Name>& names);
  static void AddNames(const Change& change, std::set<Name>& names);

  NodePtr root_;
  std::vector<Change> pending_;
};

}  // namespace banyan
