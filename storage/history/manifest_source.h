#pragma once
// Manifests from git trees: what a commit's tree says, with the content each blob stands for.
// Used to take in pushed and mirrored history, and to make lost manifest nodes again.

#include "storage/history/git_objects.h"
#include "storage/history/manifest.h"
#include "storage/history/revisions.h"

namespace banyan::storage {

// What a blob is: a file's bytes, or the canonical LFS pointer to the file.
struct BlobContent {
  FileContent file;
  bool is_pointer = false;
};
// From the pending objects or the catalog; nullopt when there is no such blob.
Result<std::optional<BlobContent>> FindBlobContent(GitObjects& objects, const GitOid& oid);

// Looks at what a comparison meets on the `after` side; an error stops it.
class TreeVisitor {
 public:
  virtual ~TreeVisitor() = default;
  // A tree that differs, before it is read; `folder` is its path with a slash, "" for the root.
  virtual Status Tree(const std::string& folder, const GitOid& tree);
  // A file or folder that is there no more; of a folder, all that was in it follows.
  virtual Status Removed(const std::string& path);
  // Its entries, once read, and those before.
  virtual Status Entries(const std::string& folder, const std::vector<TreeEntry>& before,
                         const std::vector<TreeEntry>& after);
  // A file that differs: what it is. The default asks FindBlobContent.
  virtual Result<ManifestEntry> File(GitObjects& objects, const std::string& path,
                                     const TreeEntry& entry);
};

// The files that differ between two trees (nullopt: the empty tree), as they are in `after`.
// NotFound when a blob or tree is missing; Invalid for trees deeper than 64 folders.
Result<ManifestChanges> CompareTrees(GitObjects& objects, const std::optional<GitOid>& before,
                                     const GitOid& after, TreeVisitor& visitor);

// The manifest of a tree, its nodes stored in `nodes`; returns the root.
Result<Sha256> BuildManifest(GitObjects& objects, NodeStore& nodes, const GitOid& tree);

// Makes the manifest of a revision readable through `nodes`, from its git tree if its nodes were
// lost. Corrupt when that gives another root.
Status LoadManifest(GitObjects& objects, NodeStore& nodes, const Revision& revision);

// Reads a folder's tree by path; nullopt when there is no such folder.
Result<std::optional<GitOid>> FindFolder(GitObjects& objects, const GitOid& tree,
                                         std::string_view folder);

}  // namespace banyan::storage
