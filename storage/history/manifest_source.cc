#include "storage/history/manifest_source.h"

#include <algorithm>

#include "storage/history/history_mark.h"

namespace banyan::storage {
namespace {

constexpr int kMaxFolders = 64;

// Collects what differs, file by file.
class TreeComparison {
 public:
  TreeComparison(GitObjects& objects, TreeVisitor& visitor)
      : objects_(objects), visitor_(visitor) {}

  // Either side may be missing.
  Status Compare(const std::optional<GitOid>& before, const std::optional<GitOid>& after,
                 const std::string& prefix, int depth) {
    if (before == after) return Ok();
    if (depth > kMaxFolders) {
      return Error(Errc::Invalid, prefix.substr(0, 80) + "...: folders are nested too deeply");
    }
    const auto old_entries = TRY(Read(before));
    if (after) TRY(visitor_.Tree(prefix, *after));
    const auto new_entries = TRY(Read(after));
    if (after) TRY(visitor_.Entries(prefix, old_entries, new_entries));
    auto old_at = old_entries.begin();
    for (const auto& entry : new_entries) {
      while (old_at != old_entries.end() && TreeOrder(*old_at, entry)) {
        TRY(Visit(&*old_at++, nullptr, prefix, depth));
      }
      const bool same = old_at != old_entries.end() && !TreeOrder(entry, *old_at);
      TRY(Visit(same ? &*old_at++ : nullptr, &entry, prefix, depth));
    }
    for (; old_at != old_entries.end(); ++old_at) TRY(Visit(&*old_at, nullptr, prefix, depth));
    return Ok();
  }
  ManifestChanges Take() { return std::move(changes_); }

 private:
  Result<std::vector<TreeEntry>> Read(const std::optional<GitOid>& tree) {
    if (!tree) return std::vector<TreeEntry>();
    return objects_.ReadTree(*tree);
  }

  // Two entries of one name are both folders or both files: git's order keeps them apart else.
  Status Visit(const TreeEntry* before, const TreeEntry* after, const std::string& prefix,
               int depth) {
    const TreeEntry& one = after != nullptr ? *after : *before;
    const std::string path = prefix + one.name;
    if (after == nullptr) TRY(visitor_.Removed(path));
    if (one.IsFolder()) {
      const auto oid = [](const TreeEntry* entry) {
        return entry != nullptr ? std::optional(entry->oid) : std::nullopt;
      };
      return Compare(oid(before), oid(after), path + "/", depth + 1);
    }
    if (before != nullptr && after != nullptr && *before == *after) return Ok();
    if (after == nullptr) {
      changes_.emplace(path, std::nullopt);  // unless a new entry took the path's place
      return Ok();
    }
    changes_[path] = TRY(visitor_.File(objects_, path, *after));
    return Ok();
  }

  GitObjects& objects_;
  TreeVisitor& visitor_;
  ManifestChanges changes_;
};

}  // namespace

Status TreeVisitor::Tree(const std::string&, const GitOid&) { return Ok(); }
Status TreeVisitor::Removed(const std::string&) { return Ok(); }
Status TreeVisitor::Entries(const std::string&, const std::vector<TreeEntry>&,
                            const std::vector<TreeEntry>&) {
  return Ok();
}

Result<ManifestEntry> TreeVisitor::File(GitObjects& objects, const std::string& path,
                                        const TreeEntry& entry) {
  if (entry.mode == kModeSubmodule) {
    ManifestEntry submodule;
    submodule.mode = entry.mode;
    submodule.oid = entry.oid;
    return submodule;
  }
  const auto blob = TRY(FindBlobContent(objects, entry.oid));
  if (!blob) {
    return Error(Errc::NotFound, path + ": blob " + entry.oid.ToString() + " is missing");
  }
  return MakeManifestEntry(entry.mode, blob->file, entry.oid);
}

Result<std::optional<BlobContent>> FindBlobContent(GitObjects& objects, const GitOid& oid) {
  if (const auto* blob = objects.pending().FindBlob(oid)) {
    return std::optional(BlobContent{*objects.pending().FindFile(blob->file), blob->is_pointer});
  }
  BlobContent found;
  std::int64_t row = 0;
  {
    auto rows = objects.connection().Query(
        "SELECT coalesce(content, lfs), content IS NULL FROM git_blob WHERE oid = ?", oid);
    if (!rows.Next()) {
      TRY(rows.status());
      return std::optional<BlobContent>();
    }
    row = rows.Int(0);
    found.is_pointer = rows.Int(1) != 0;
  }
  found.file = TRY(GetFile(objects.connection(), row));
  return std::optional(std::move(found));
}

Result<ManifestChanges> CompareTrees(GitObjects& objects, const std::optional<GitOid>& before,
                                     const GitOid& after, TreeVisitor& visitor) {
  TreeComparison comparison(objects, visitor);
  TRY(comparison.Compare(before, after, "", 0));
  return comparison.Take();
}

Result<Sha256> BuildManifest(GitObjects& objects, NodeStore& nodes, const GitOid& tree) {
  TreeVisitor visitor;
  const auto files = TRY(CompareTrees(objects, std::nullopt, tree, visitor));
  const Sha256 empty = TRY(EmptyTree(nodes));
  return UpdateManifest(nodes, empty, files);
}

Status LoadManifest(GitObjects& objects, NodeStore& nodes, const Revision& revision) {
  const auto root = nodes.Load(revision.manifest);
  if (root) return Ok();
  if (root.error().code() != Errc::NotFound) return root.error();
  const auto commit = TRY(objects.ReadAs(revision.commit, GitObjectType::Commit));
  const auto links = TRY(ParseCommitLinks(commit));
  const Sha256 made = TRY(BuildManifest(objects, nodes, links.tree));
  if (made == revision.manifest) return Ok();
  return Error(Errc::Corrupt, "the manifest of commit " + revision.commit.ToString() +
                                  " cannot be made again from its tree");
}

Result<std::optional<GitOid>> FindFolder(GitObjects& objects, const GitOid& tree,
                                         std::string_view folder) {
  GitOid at = tree;
  while (!folder.empty()) {
    const auto name = folder.substr(0, folder.find('/'));
    folder.remove_prefix(std::min(name.size() + 1, folder.size()));
    const auto entries = TRY(objects.ReadTree(at));
    const auto found = std::find_if(entries.begin(), entries.end(), [&](const TreeEntry& entry) {
      return entry.IsFolder() && entry.name == name;
    });
    if (found == entries.end()) return std::optional<GitOid>();
    at = found->oid;
  }
  return std::optional(at);
}

}  // namespace banyan::storage
