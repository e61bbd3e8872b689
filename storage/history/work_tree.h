#pragma once
// An editable git tree on top of a stored one. Folders are read when first needed; Write makes
// tree objects only for folders that changed, in the pending set of its GitObjects.

#include <map>
#include <memory>
#include <optional>

#include "storage/history/git_objects.h"

namespace banyan::storage {

// Used by one thread; `objects` must outlive it. Paths must be valid (ValidatePath).
class WorkTree {
 public:
  // nullopt: begins empty.
  WorkTree(GitObjects& objects, std::optional<GitOid> tree);
  ~WorkTree();

  // The file or folder at a path.
  struct Entry {
    std::uint32_t mode = kModeFile;
    GitOid oid;  // meaningless for a folder that was changed
    bool IsFolder() const { return mode == kModeFolder; }
  };
  Result<std::optional<Entry>> Find(std::string_view path);

  // Adds or replaces a file, with the folders above it. Invalid when a folder is in its place, or
  // a file in the place of one of its folders.
  Status Put(std::string_view path, std::uint32_t mode, const GitOid& oid);
  // NotFound when there is no such file; folders left empty vanish.
  Status RemoveFile(std::string_view path);
  Status RemoveFolder(std::string_view path);

  // The tree object of the root. Invalid when a name added here differs only by case or Unicode
  // form from another in its folder (FoldPath), unless clashes are accepted: those of a mirrored
  // history are. Names that were there before may clash.
  enum class Clashes { Refuse, Accept };
  Result<GitOid> Write(Clashes clashes = Clashes::Refuse);

 private:
  struct Folder;
  struct Node;
  Result<Folder*> Open(Node& node);
  Result<Folder*> OpenParent(std::string_view& path, bool create);
  Result<GitOid> WriteFolder(Folder& folder, const std::string& at, Clashes clashes);
  Status CheckNames(const Folder& folder, const std::string& at) const;

  GitObjects& objects_;
  std::unique_ptr<Folder> root_;
};

}  // namespace banyan::storage
