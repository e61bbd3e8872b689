#include "storage/history/work_tree.h"

#include <algorithm>
#include <unordered_map>

#include "storage/base/repository_name.h"

namespace banyan::storage {

struct WorkTree::Node {
  std::uint32_t mode = kModeFile;
  GitOid oid;
  std::unique_ptr<Folder> folder;  // once opened
};

struct WorkTree::Folder {
  std::map<std::string, Node, std::less<>> entries;
  std::vector<std::string> added;  // names that were not in the stored tree
  bool changed = false;

  // No file is left below it.
  bool IsGone() const {
    return std::all_of(entries.begin(), entries.end(), [](const auto& entry) {
      return entry.second.folder && entry.second.folder->IsGone();
    });
  }
};

namespace {

Error NoFile(std::string_view path) {
  return Error(Errc::NotFound, std::string(path) + ": A file with this name doesn't exist");
}

Error InTheWay(std::string_view path, std::string_view what) {
  return Error(Errc::Invalid, std::string(path) + ": there is a " + std::string(what) +
                                  " of this name; delete it in the same commit to replace it");
}

}  // namespace

WorkTree::WorkTree(GitObjects& objects, std::optional<GitOid> tree)
    : objects_(objects), root_(new Folder) {
  if (!tree) return;
  // The root is opened like any folder, as the only entry of a nameless one.
  Node node{kModeFolder, *tree, nullptr};
  root_->entries.emplace("", std::move(node));
}
WorkTree::~WorkTree() = default;

Result<WorkTree::Folder*> WorkTree::Open(Node& node) {
  if (node.folder) return node.folder.get();
  auto folder = std::make_unique<Folder>();
  for (auto& entry : TRY(objects_.ReadTree(node.oid))) {
    // In git's order a file and a folder may swap against the map's; hints mostly fit.
    folder->entries.emplace_hint(folder->entries.end(), std::move(entry.name),
                                 Node{entry.mode, entry.oid, nullptr});
  }
  node.folder = std::move(folder);
  return node.folder.get();
}

// The folder that holds the last component, which is left in `path`; nullptr when a folder above
// does not exist and is not to be made.
Result<WorkTree::Folder*> WorkTree::OpenParent(std::string_view& path, bool create) {
  const std::string_view whole = path;
  auto at_root = root_->entries.find("");
  if (at_root == root_->entries.end()) {
    at_root = root_->entries.emplace("", Node{kModeFolder, GitOid(), nullptr}).first;
    at_root->second.folder = std::make_unique<Folder>();
  }
  Folder* folder = TRY(Open(at_root->second));
  for (auto slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/')) {
    const auto name = path.substr(0, slash);
    path.remove_prefix(slash + 1);
    if (create) folder->changed = true;
    auto found = folder->entries.find(name);
    if (found == folder->entries.end()) {
      if (!create) return static_cast<Folder*>(nullptr);
      found = folder->entries.emplace(std::string(name), Node{kModeFolder, {}, nullptr}).first;
      found->second.folder = std::make_unique<Folder>();
      folder->added.emplace_back(name);
    }
    if (found->second.mode != kModeFolder) {
      if (!create) return static_cast<Folder*>(nullptr);
      const auto size = static_cast<std::size_t>(path.data() - whole.data());
      return InTheWay(whole.substr(0, size - 1), "file");
    }
    folder = TRY(Open(found->second));
  }
  return folder;
}

Result<std::optional<WorkTree::Entry>> WorkTree::Find(std::string_view path) {
  const Folder* folder = TRY(OpenParent(path, false));
  if (folder == nullptr) return std::optional<Entry>();
  const auto found = folder->entries.find(path);
  if (found == folder->entries.end()) return std::optional<Entry>();
  const Node& node = found->second;
  if (node.folder && node.folder->IsGone()) return std::optional<Entry>();
  return std::optional(Entry{node.mode, node.oid});
}

Status WorkTree::Put(std::string_view path, std::uint32_t mode, const GitOid& oid) {
  const std::string_view whole = path;
  const auto existing = TRY(Find(path));
  if (existing && existing->IsFolder()) return InTheWay(whole, "folder");
  Folder* folder = TRY(OpenParent(path, true));
  folder->changed = true;
  const auto [at, is_new] =
      folder->entries.insert_or_assign(std::string(path), Node{mode, oid, nullptr});
  if (is_new) folder->added.emplace_back(path);
  return Ok();
}

Status WorkTree::RemoveFile(std::string_view path) {
  const auto existing = TRY(Find(path));
  if (!existing || existing->IsFolder()) return NoFile(path);
  Folder* folder = TRY(OpenParent(path, true));
  folder->changed = true;
  folder->entries.erase(folder->entries.find(path));
  return Ok();
}

Status WorkTree::RemoveFolder(std::string_view path) {
  const auto existing = TRY(Find(path));
  if (!existing || !existing->IsFolder()) {
    return Error(Errc::NotFound, std::string(path) + ": there is no folder of this name");
  }
  Folder* folder = TRY(OpenParent(path, true));
  folder->changed = true;
  folder->entries.erase(folder->entries.find(path));
  return Ok();
}

Status WorkTree::CheckNames(const Folder& folder, const std::string& at) const {
  if (folder.added.empty()) return Ok();
  std::unordered_map<std::string, const std::string*> by_form;
  std::vector<const std::string*> clashes;
  for (const auto& name : folder.added) {
    if (folder.entries.count(name) == 0) continue;
    const auto [other, is_new] = by_form.emplace(FoldPath(name), &name);
    if (!is_new && *other->second != name) clashes = {other->second, &name};
  }
  for (const auto& [name, node] : folder.entries) {
    if (!clashes.empty()) break;
    const auto other = by_form.find(FoldPath(name));
    if (other != by_form.end() && *other->second != name) clashes = {other->second, &name};
  }
  if (clashes.empty()) return Ok();
  return Error(Errc::Invalid, at + *clashes[0] + ": differs from " + at + *clashes[1] +
                                  " only by case or Unicode form, which some file systems cannot "
                                  "keep apart; choose another name");
}

Result<GitOid> WorkTree::WriteFolder(Folder& folder, const std::string& at, Clashes clashes) {
  std::vector<TreeEntry> entries;
  entries.reserve(folder.entries.size());
  for (auto it = folder.entries.begin(); it != folder.entries.end();) {
    Node& node = it->second;
    if (node.folder && node.folder->IsGone()) {
      it = folder.entries.erase(it);
      continue;
    }
    if (node.folder && node.folder->changed) {
      node.oid = TRY(WriteFolder(*node.folder, at + it->first + "/", clashes));
    }
    entries.push_back({node.mode, it->first, node.oid});
    ++it;
  }
  if (clashes == Clashes::Refuse) TRY(CheckNames(folder, at));
  std::sort(entries.begin(), entries.end(), TreeOrder);
  return objects_.Write(GitObjectType::Tree, EncodeTree(entries));
}

Result<GitOid> WorkTree::Write(Clashes clashes) {
  std::string_view none;
  Folder* root = TRY(OpenParent(none, false));
  auto& node = root_->entries.at("");
  if (root->changed || node.oid.IsZero()) node.oid = TRY(WriteFolder(*root, "", clashes));
  return node.oid;
}

}  // namespace banyan::storage
