#pragma once
// The manifest of a revision: the canonical list of its files, as a search tree from path to what
// the file is (storage/history/FORMAT.md section 2). It binds SHA-256 and Merkle hashes of the
// content to the revision; the git tree of the commit says the same with git's own ids. Manifests
// are derived: they can be made again from the git tree (manifest_source.h).
//
// Value bytes of a path: varint mode, varint size, SHA-256 (32), canonical file hash (32),
// varint number of chunks, git id (20). Pure functions but for the NodeStore they are given.

#include <map>
#include <optional>
#include <string>

#include "storage/content/content_store.h"
#include "storage/history/git_tree.h"
#include "storage/history/lfs.h"
#include "storage/history/search_tree.h"

namespace banyan::storage {

struct ManifestEntry {
  std::uint32_t mode = kModeFile;
  std::uint64_t size_bytes = 0;  // of the file, not of its pointer
  Sha256 sha256;
  FileHash hash;
  std::uint64_t chunk_count = 0;
  GitOid oid;  // of the blob in the git tree: the file's bytes or its LFS pointer

  // Derived, not stored: the blob is the canonical pointer to this content. The empty file never.
  bool IsPointer() const;
  // A submodule has no content: all but mode and oid are zero.
  bool IsSubmodule() const { return mode == kModeSubmodule; }
  auto operator<=>(const ManifestEntry&) const = default;
};

std::string EncodeManifestEntry(const ManifestEntry& entry);
// Strict: Corrupt for unknown modes, wrong sizes, or a submodule with content.
Result<ManifestEntry> ParseManifestEntry(std::string_view value);

// The entry of a file in the store, as a blob or pointer with the given id.
ManifestEntry MakeManifestEntry(std::uint32_t mode, const FileContent& file, const GitOid& oid);

// nullopt removes the path.
using ManifestChanges = std::map<std::string, std::optional<ManifestEntry>>;
Result<Sha256> UpdateManifest(NodeStore& store, const Sha256& root, const ManifestChanges& changes);

// Logical size and number of files (submodules are none).
struct ManifestTotals {
  std::uint64_t bytes = 0;
  std::uint64_t files = 0;
  auto operator<=>(const ManifestTotals&) const = default;
};
// The same for a manifest whose totals are known: those of the new one come with it.
struct CountedManifest {
  Sha256 root;
  ManifestTotals totals;
};
Result<CountedManifest> UpdateManifest(NodeStore& store, const CountedManifest& before,
                                       const ManifestChanges& changes);
Result<std::optional<ManifestEntry>> FindInManifest(NodeStore& store, const Sha256& root,
                                                    std::string_view path);

// Calls `visit` for every file at or below `folder` ("" is the root), in path order.
using ManifestVisitor = std::function<Status(const std::string& path, const ManifestEntry& entry)>;
Status WalkManifest(NodeStore& store, const Sha256& root, std::string_view folder,
                    const ManifestVisitor& visit);

// Calls `visit` for every path that differs.
using ManifestDiffVisitor =
    std::function<Status(const std::string& path, const std::optional<ManifestEntry>& before,
                         const std::optional<ManifestEntry>& after)>;
Status DiffManifests(NodeStore& store, const Sha256& before, const Sha256& after,
                     const ManifestDiffVisitor& visit);

}  // namespace banyan::storage
