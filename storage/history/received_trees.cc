#include "storage/history/received_trees.h"

#include <algorithm>
#include <unordered_map>

#include "storage/base/repository_name.h"

namespace banyan::storage {
namespace {

constexpr std::size_t kMaxPointerBytes = 200;
constexpr std::size_t kMaxLinkBytes = 4096;

// Whether a link of that text, at this path, names something below the root, at no step above it.
bool LeadsInside(std::string_view path, std::string_view target) {
  const bool has_drive = target.size() > 1 && target[1] == ':';
  if (target.empty() || target.front() == '/' || has_drive ||
      target.find_first_of(std::string_view("\\\0", 2)) != target.npos) {
    return false;
  }
  auto depth = std::count(path.begin(), path.end(), '/');
  while (!target.empty()) {
    const auto part = target.substr(0, target.find('/'));
    target.remove_prefix(std::min(part.size() + 1, target.size()));
    if (part == "..") --depth;
    if (part != ".." && part != "." && !part.empty()) ++depth;
    if (depth < 0) return false;
  }
  return true;
}

}  // namespace

Error NotReceived(std::string_view what, const GitOid& oid) {
  return Error(Errc::NotFound, std::string(what) + " " + oid.ToString() +
                                   " is missing: it was not sent and is not in this repository");
}

Status ReceivedTrees::CountChange(const std::string& path) {
  TRY(options_.RequireGoingOn());
  commit_bytes_ += path.size() + sizeof(ManifestEntry);
  const bool is_little = options_.mirrored || commit_bytes_ <= options_.most_manifest_bytes;
  if (is_little && changes_left_-- > 0) return Ok();
  changes_left_ = 0;
  return Error(Errc::TooLarge,
               "the commits change more than " + std::to_string(options_.most_changes) +
                   " files and folders, or one of them more than " +
                   std::to_string(options_.most_manifest_bytes) +
                   " bytes of paths, which is far more than was sent for it: push fewer commits at "
                   "once, or fewer copies of folders in each");
}

Status ReceivedTrees::Tree(const std::string& folder, const GitOid& tree) {
  TRY(CountChange(folder));
  needed_.insert(tree);
  if (objects_.pending().FindObject(tree) != nullptr) return Ok();
  return OwnsTree(tree, folder);
}

Status ReceivedTrees::Removed(const std::string& path) { return CountChange(path); }

// Names that the folder had were judged when it got them.
Status ReceivedTrees::Entries(const std::string& folder, const std::vector<TreeEntry>& before,
                              const std::vector<TreeEntry>& after) {
  const bool has_new_names =
      !std::includes(before.begin(), before.end(), after.begin(), after.end(), TreeOrder);
  if (options_.mirrored || !has_new_names) return Ok();
  std::unordered_map<std::string, const std::string*> by_form;
  for (const auto& entry : after) {
    auto legal = ValidatePath(folder + entry.name);
    if (!legal) return std::move(legal.error()).Context(folder + entry.name);
    const auto [other, is_new] = by_form.emplace(FoldPath(entry.name), &entry.name);
    if (is_new) continue;
    return Error(Errc::Invalid, folder + entry.name + ": differs from " + folder + *other->second +
                                    " only by case or Unicode form; rename one");
  }
  return Ok();
}

Result<ManifestEntry> ReceivedTrees::File(GitObjects& objects, const std::string& path,
                                          const TreeEntry& entry) {
  TRY(CountChange(path));
  if (entry.mode == kModeSubmodule) {
    if (options_.mirrored) return TreeVisitor::File(objects, path, entry);
    return Error(Errc::Invalid, path + ": submodules are not kept here: git rm --cached \"" + path +
                                    "\", and put its files into the repository");
  }
  needed_.insert(entry.oid);
  if (options_.absent_file) {
    const auto absent = TRY(options_.absent_file(path, entry));
    if (absent) return *absent;
  }
  const bool received = objects.pending().FindBlob(entry.oid) != nullptr;
  TRY(received ? CheckReceived(path, entry.oid) : OwnsBlob(path, entry.oid));
  if (!options_.mirrored && entry.mode == kModeSymlink) TRY(CheckLink(path, entry.oid));
  if (!options_.mirrored && entry.mode != kModeSymlink) TRY(CheckWeights(path, entry.oid));
  return TreeVisitor::File(objects, path, entry);
}

Status ReceivedTrees::CheckLink(const std::string& path, const GitOid& oid) {
  const auto header = TRY(objects_.ReadHeader(oid));
  if (header.size_bytes <= kMaxLinkBytes) {
    const Bytes target = TRY(objects_.ReadAs(oid, GitObjectType::Blob));
    if (LeadsInside(path, AsText(target))) return Ok();
  }
  return Error(Errc::Invalid, path +
                                  ": a symbolic link that leads out of the repository; put the "
                                  "file in its place");
}

Status ReceivedTrees::CheckWeights(const std::string& path, const GitOid& oid) {
  if (!WeightFormatOf(path)) return Ok();
  const auto blob = TRY(FindBlobContent(objects_, oid));
  return blob ? weights_->Check(path, blob->file) : Status(NotReceived(path + ": blob", oid));
}

// A tree that was not sent must be under some revision of this repository.
Status ReceivedTrees::OwnsTree(const GitOid& tree, const std::string& folder) {
  if (!own_) {
    own_.emplace();
    TRY(own_->AddRepository(objects_.connection(), repository_, options_.go_on));
  }
  if (own_->HasObject(tree)) return Ok();
  return NotReceived(folder.empty() ? "tree" : folder + ": tree", tree);
}

Status ReceivedTrees::OwnsBlob(const std::string& path, const GitOid& oid) {
  const auto blob = TRY(FindBlobContent(objects_, oid));
  if (!blob) return NotReceived(path + ": blob", oid);
  const auto held =
      TRY(FindHeldFile(objects_.connection(), repository_, blob->file.sha256, Holding::Uploaded));
  return held ? Ok() : Status(NotReceived(path + ": blob", oid));
}

// A blob that was sent: a pointer to a file, or a plain file within the limit.
Status ReceivedTrees::CheckReceived(const std::string& path, const GitOid& oid) {
  const PendingBlob blob = *objects_.pending().FindBlob(oid);
  if (blob.is_pointer) return Ok();  // seen before
  if (blob.size_bytes > kMaxGitBlobBytes && !options_.mirrored) {
    return Error(Errc::TooLarge,
                 path + " has " + std::to_string(blob.size_bytes) +
                     " bytes: files above 10 MiB go through Git LFS. Rewrite the commits with: "
                     "git lfs migrate import --everything --include=\"" +
                     path + "\"");
  }
  if (blob.size_bytes > kMaxPointerBytes) return Ok();
  const Bytes text = TRY(objects_.ReadAs(oid, GitObjectType::Blob));
  const auto pointer = ParsePointer(AsText(text));
  return pointer ? ResolvePointer(path, oid, *pointer) : Ok();
}

Status ReceivedTrees::ResolvePointer(const std::string& path, const GitOid& oid,
                                     const LfsPointer& pointer) {
  const auto file =
      TRY(FindHeldFile(objects_.connection(), repository_, pointer.sha256, Holding::Uploaded));
  if (!file || file->size_bytes != pointer.size_bytes) {
    return Error(Errc::NotFound, path + ": the LFS object " + pointer.sha256.ToString() +
                                     " was not uploaded: git lfs push --all, then push again");
  }
  objects_.pending().AddFile(*file);
  objects_.pending().MakePointer(oid, file->sha256);
  return Ok();
}

}  // namespace banyan::storage
