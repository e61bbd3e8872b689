// Listing folders. Names, order and folder ids come from the git trees, what a file is from the
// manifest: git's order of a tree walk is the byte order of the manifest's paths, so both advance
// together.

#include "storage/history/history.h"
#include "storage/history/manifest_source.h"

namespace banyan::storage {
namespace {

// A folder counts as "path/" in the order: before all that is in it.
class Walk {
 public:
  Walk(GitObjects& objects, NodeStore& nodes, const History::ListOptions& options)
      : objects_(objects), cursor_(nodes), options_(options) {}

  Status Start(const Sha256& manifest) { return cursor_.Open(manifest); }

  Status Folder(const GitOid& tree, const std::string& prefix) {
    for (const auto& entry : TRY(objects_.ReadTree(tree))) {
      const std::string path = prefix + entry.name;
      const std::string key = entry.IsFolder() ? path + "/" : path;
      const bool listed_before = key <= options_.after;
      // Of what was listed before, only the folder that holds the last item may have more.
      const bool holds_last = options_.after.compare(0, key.size(), key) == 0;
      if (!listed_before) TRY(Item(entry, path, key));
      if (full_) return Ok();
      if (!entry.IsFolder() || !options_.recursive || (listed_before && !holds_last)) continue;
      TRY(Folder(entry.oid, key));
      if (full_) return Ok();
    }
    return Ok();
  }
  History::Listing Take() { return std::move(listing_); }

 private:
  Status Item(const TreeEntry& entry, const std::string& path, const std::string& key) {
    if (listing_.items.size() == options_.limit) {
      listing_.next = last_key_;
      full_ = true;
      return Ok();
    }
    TreeItem item{path, entry.IsFolder(), entry.oid, {}};
    if (!item.is_folder) {
      TRY(cursor_.Seek(path));
      if (!cursor_.Valid() || cursor_.Item().key != path) {
        return Error(Errc::Corrupt, path + " is in the tree but not in the manifest");
      }
      item.entry = TRY(ParseManifestEntry(cursor_.Item().value));
    }
    listing_.items.push_back(std::move(item));
    last_key_ = key;
    return Ok();
  }

  GitObjects& objects_;
  SearchCursor cursor_;
  const History::ListOptions& options_;
  History::Listing listing_;
  std::string last_key_;
  bool full_ = false;
};

}  // namespace

Result<History::Listing> History::List(const Revision& revision, const ListOptions& options) {
  TRY(LoadManifest(revision));
  const GitOid root = TRY(TreeOf(revision));
  const auto folder = TRY(FindFolder(*objects_, root, options.folder));
  if (!folder) return Error(Errc::NotFound, options.folder + ": there is no such folder");
  if (options.limit == 0) return Listing();
  Walk walk(*objects_, nodes_, options);
  TRY(walk.Start(revision.manifest));
  TRY(walk.Folder(*folder, options.folder.empty() ? "" : options.folder + "/"));
  return walk.Take();
}

Result<std::vector<TreeItem>> History::FindPaths(const Revision& revision,
                                                 const std::vector<std::string>& paths) {
  TRY(LoadManifest(revision));
  const GitOid root = TRY(TreeOf(revision));
  std::vector<TreeItem> items;
  for (const auto& path : paths) {
    const auto file = TRY(FindInManifest(nodes_, revision.manifest, path));
    if (file) {
      items.push_back({path, false, file->oid, *file});
      continue;
    }
    const auto folder = TRY(FindFolder(*objects_, root, path));
    if (folder && !path.empty()) items.push_back({path, true, *folder, {}});
  }
  return items;
}

}  // namespace banyan::storage
