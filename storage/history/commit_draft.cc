#include "storage/history/commit_draft.h"

#include <algorithm>
#include <utility>

#include "storage/base/repository_name.h"
#include "storage/history/weight_check.h"

namespace banyan::storage {
namespace {

constexpr std::string_view kAttributes = ".gitattributes";

bool IsAttributes(std::string_view path) {
  return path == kAttributes ||
         (path.size() > kAttributes.size() &&
          path.substr(path.size() - kAttributes.size() - 1) == "/.gitattributes");
}

}  // namespace

CommitDraft::CommitDraft(GitObjects& objects, NodeStore& nodes, const std::optional<Revision>& base,
                         const std::optional<GitOid>& base_tree, GoOn go_on)
    : objects_(objects),
      nodes_(nodes),
      base_(base),
      go_on_(std::move(go_on)),
      tree_(objects, base_tree) {}

Status CommitDraft::RequireGoOn() const {
  return go_on_ ? go_on_(attributes_.memory_bytes()) : Ok();
}

Status CommitDraft::Apply(const StagedOperation& operation) {
  if (const auto* file = std::get_if<StagedFile>(&operation)) return Put(*file);
  if (const auto* file = std::get_if<DeleteFile>(&operation)) return Remove(*file);
  return Remove(std::get<DeleteFolder>(operation));
}

Status CommitDraft::Put(const StagedFile& file) {
  TRY(ValidatePath(file.path));
  std::uint32_t mode = file.mode.value_or(kModeFile);
  if (!file.mode) {
    const auto existing = TRY(tree_.Find(file.path));
    if (existing && existing->mode == kModeExecutable) mode = kModeExecutable;
  }
  TRY(tree_.Put(file.path, mode, GitOid()));  // the id follows in PutBlobs
  puts_.insert_or_assign(file.path, Draft{file, mode, FileForm::Blob});
  return Ok();
}

Status CommitDraft::Remove(const DeleteFile& file) {
  TRY(tree_.RemoveFile(file.path));
  puts_.erase(file.path);
  changes_[file.path] = std::nullopt;
  return Ok();
}

Status CommitDraft::Remove(const DeleteFolder& folder) {
  std::string path = folder.path;
  while (!path.empty() && path.back() == '/') path.pop_back();
  TRY(tree_.RemoveFolder(path));
  const std::string prefix = path + "/";
  auto put = puts_.lower_bound(prefix);
  while (put != puts_.end() && put->first.compare(0, prefix.size(), prefix) == 0) {
    put = puts_.erase(put);
  }
  if (!base_) return Ok();
  return WalkManifest(nodes_, base_->manifest, path,
                      [&](const std::string& below, const ManifestEntry&) {
                        changes_[below] = std::nullopt;
                        return Ok();
                      });
}

// A small file as the commit will have it; empty when there is none.
Result<std::string> CommitDraft::ReadText(const std::string& path) {
  std::optional<FileContent> file;
  const auto put = puts_.find(path);
  if (put != puts_.end()) {
    if (put->second.file.bytes != nullptr) return std::string(AsText(*put->second.file.bytes));
    file = put->second.file.content;
  } else if (base_ && changes_.count(path) == 0) {
    const auto entry = TRY(FindInManifest(nodes_, base_->manifest, path));
    if (entry) file = TRY(FindFile(objects_.connection(), entry->sha256));
  }
  if (!file || file->size_bytes > kMaxGitBlobBytes) return std::string();
  const Bytes bytes = TRY(objects_.store().ReadWhole(*file));
  return std::string(AsText(bytes));
}

// The attributes of all folders above the path.
Status CommitDraft::LoadAttributes(std::string_view path) {
  for (auto end = path.rfind('/');;) {
    const bool root = end == std::string_view::npos;
    const std::string folder(root ? std::string_view() : path.substr(0, end));
    if (attributes_.Has(folder)) return Ok();  // then those above are loaded too
    const std::string file = root ? std::string(kAttributes) : folder + "/.gitattributes";
    TRY(attributes_.Set(folder, TRY(ReadText(file))));
    if (root) return Ok();
    end = end == 0 ? std::string_view::npos : path.rfind('/', end - 1);
  }
}

// For .gitattributes themselves no rule matters.
Result<LfsFilter> CommitDraft::FilterOf(const std::string& path) {
  if (IsAttributes(path)) return LfsFilter::None;
  TRY(LoadAttributes(path));
  return attributes_.Filter(path);
}

Result<FileForm> CommitDraft::Choose(const StagedFile& file, LfsFilter filter) {
  const std::uint64_t size = file.content.size_bytes;
  if (IsAttributes(file.path)) {
    if (size <= kMaxGitBlobBytes) return FileForm::Blob;
    return Error(Errc::TooLarge, file.path + ": must not be larger than 10 MiB");
  }
  if (file.as_pointer) return size == 0 ? FileForm::Blob : FileForm::Pointer;
  if (file.bytes != nullptr) return ChooseForm(filter, AsText(*file.bytes), size);
  Bytes sample(std::min<std::uint64_t>(size, kSampleBytes));
  auto reader = TRY(objects_.store().OpenFile(file.content));
  const std::size_t got = TRY(reader->ReadAt(0, sample));
  return ChooseForm(filter, AsText(ByteView(sample).first(got)), size);
}

Status CommitDraft::ChooseForms() {
  std::vector<std::string> untracked;
  for (auto& [path, draft] : puts_) {
    TRY(RequireGoOn());
    const auto filter = TRY(FilterOf(path));
    draft.form = TRY(Choose(draft.file, filter));
    const bool is_tracked = filter == LfsFilter::Tracked;
    if (draft.form == FileForm::Pointer && !is_tracked) untracked.push_back(path);
  }
  return untracked.empty() ? Ok() : TrackPaths(untracked);
}

// Adds lines to the root's .gitattributes.
Status CommitDraft::TrackPaths(const std::vector<std::string>& paths) {
  const std::string file(kAttributes);
  std::string text = TRY(ReadText(file));
  if (!text.empty() && text.back() != '\n') text += '\n';
  for (const auto& path : paths) text += TrackingLine(path);
  const auto bytes = AsBytes(text);
  attributes_bytes_.assign(bytes.begin(), bytes.end());
  auto stored = TRY(objects_.PutBytes(attributes_bytes_));
  objects_.pending().AddFile(stored.content, std::move(stored.pin));
  StagedFile staged{file, stored.content, &attributes_bytes_, false, std::nullopt};
  return Put(staged);
}

Status CommitDraft::CheckWeights() {
  WeightCheck check(objects_.store(), nodes_,
                    base_ ? std::vector{base_->manifest} : std::vector<Sha256>());
  for (const auto& [path, draft] : puts_) {
    if (draft.mode != kModeSymlink) TRY(check.Check(path, draft.file.content));
  }
  return Ok();
}

Status CommitDraft::PutBlobs() {
  for (auto& [path, draft] : puts_) {
    TRY(RequireGoOn());
    const FileContent& content = draft.file.content;
    objects_.pending().AddFile(content);
    PendingBlob blob{content.size_bytes, content.sha256, draft.form == FileForm::Pointer};
    GitOid oid;
    if (blob.is_pointer) {
      const LfsPointer pointer{content.sha256, content.size_bytes};
      oid = PointerOid(pointer);
      blob.size_bytes = PointerText(pointer).size();
    } else if (draft.file.bytes != nullptr) {
      oid = TRY(objects_.Hash(GitObjectType::Blob, *draft.file.bytes));
    } else {
      oid = TRY(objects_.Hash(GitObjectType::Blob, TRY(objects_.store().ReadWhole(content))));
    }
    objects_.pending().AddBlob(oid, blob);
    TRY(tree_.Put(path, draft.mode, oid));
    changes_[path] = MakeManifestEntry(draft.mode, content, oid);
  }
  return Ok();
}

Result<CommitDraft::Outcome> CommitDraft::Finish() {
  TRY(ChooseForms());
  TRY(CheckWeights());
  TRY(PutBlobs());
  Outcome outcome;
  outcome.tree = TRY(tree_.Write());
  const CountedManifest before =
      base_ ? CountedManifest{base_->manifest, {base_->bytes, base_->files}}
            : CountedManifest{TRY(EmptyTree(nodes_)), {}};
  const auto after = TRY(UpdateManifest(nodes_, before, changes_));
  outcome.manifest = after.root;
  outcome.totals = after.totals;
  return outcome;
}

}  // namespace banyan::storage
