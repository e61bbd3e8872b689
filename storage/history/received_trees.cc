#include "storage/history/received_trees.h"

#include <unordered_map>

#include "storage/base/repository_name.h"

namespace banyan::storage {
namespace {

constexpr std::size_t kMaxPointerBytes = 200;

}  // namespace

Error NotReceived(std::string_view what, const GitOid& oid) {
  return Error(Errc::NotFound, std::string(what) + " " + oid.ToString() +
                                   " is missing: it was not sent and is not in this repository");
}

Status ReceivedTrees::Tree(const std::string& folder, const GitOid& tree) {
  needed_.insert(tree);
  if (objects_.pending().FindObject(tree) != nullptr) return Ok();
  return OwnsTree(tree, folder);
}

Status ReceivedTrees::Entries(const std::string& folder, const std::vector<TreeEntry>& entries) {
  if (options_.mirrored) return Ok();
  std::unordered_map<std::string, const std::string*> by_form;
  for (const auto& entry : entries) {
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
  if (entry.mode == kModeSubmodule) return TreeVisitor::File(objects, path, entry);
  needed_.insert(entry.oid);
  if (options_.absent_file) {
    const auto absent = TRY(options_.absent_file(path, entry));
    if (absent) return *absent;
  }
  const bool received = objects.pending().FindBlob(entry.oid) != nullptr;
  TRY(received ? CheckReceived(path, entry.oid) : OwnsBlob(path, entry.oid));
  if (!options_.mirrored && entry.mode != kModeSymlink) TRY(CheckWeights(path, entry.oid));
  return TreeVisitor::File(objects, path, entry);
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
    TRY(own_->AddRepository(objects_.connection(), repository_));
  }
  if (own_->HasObject(tree)) return Ok();
  return NotReceived(folder.empty() ? "tree" : folder + ": tree", tree);
}

Status ReceivedTrees::OwnsBlob(const std::string& path, const GitOid& oid) {
  const auto blob = TRY(FindBlobContent(objects_, oid));
  const bool usable =
      blob && MayUseFile(objects_.connection(), repository_, blob->file.row).has_value();
  return usable ? Ok() : Status(NotReceived(path + ": blob", oid));
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
  const auto file = TRY(FindFile(objects_.connection(), pointer.sha256));
  const bool usable = file && file->size_bytes == pointer.size_bytes &&
                      MayUseFile(objects_.connection(), repository_, file->row).has_value();
  if (!usable) {
    return Error(Errc::NotFound, path + ": the LFS object " + pointer.sha256.ToString() +
                                     " was not uploaded: git lfs push --all, then push again");
  }
  objects_.pending().AddFile(*file);
  objects_.pending().MakePointer(oid, file->sha256);
  return Ok();
}

}  // namespace banyan::storage
