#pragma once
// Manifests from git trees: what a commit's tree says, with the content each blob stands for.
// Used to take in pushed and mirrored history, and to make lost manifest nodes again.

#include "storage/git_objects.h"
#include "storage/manifest.h"

namespace banyan::storage {

// What a blob is: a file's bytes, or the canonical LFS pointer to the file.
struct BlobContent {
  FileContent file;
  bool is_pointer = false;
};
// From the pending objects or the catalog; nullopt when there is no such blob.
Result<std::optional<BlobContent>> FindBlobContent(GitObjects& objects, const GitOid& oid);

// The files that differ between two trees (nullopt: the empty tree), as they are in `after`.
// NotFound when a blob or tree is missing; Invalid for trees deeper than 64 folders.
Result<ManifestChanges> CompareTrees(GitObjects& objects, const std::optional<GitOid>& before,
                                     const GitOid& after);

// The manifest of a tree, its nodes stored in `nodes`; returns the root.
Result<Sha256> BuildManifest(GitObjects& objects, NodeStore& nodes, const GitOid& tree);

// Reads a folder's tree by path; nullopt when there is no such folder.
Result<std::optional<GitOid>> FindFolder(GitObjects& objects, const GitOid& tree,
                                         std::string_view folder);

}  // namespace banyan::storage
