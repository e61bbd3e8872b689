// {"repository": uid, "published": ..., "id": name, "commit": ..., "manifest": ..., "files": {path:
// [SHA-256, ...]}}; commit and manifest only once the folder is that revision.
#include "cli/transfer/folder_record.h"

#include "storage/base/json.h"

namespace banyan::cli {
namespace {

constexpr std::uint64_t kMaxBytes = 256u << 20;

// Nullopt when it says none, or what is none.
std::optional<FolderRecord::Source> ReadSource(const Json& json) {
  const auto uid = storage::RepositoryUid::Parse(FindString(json, "repository").value_or(""));
  if (!uid) return std::nullopt;
  FolderRecord::Source source{{*uid, {}}, FindString(json, "id").value_or("")};
  const auto text = FindString(json, "published");  // older records lack it
  if (!text) return source;
  auto published = federation::PublishedName::Parse(*text);
  if (!published) return std::nullopt;
  source.repository.published = *std::move(published);
  return source;
}

}  // namespace

FolderRecord FolderRecord::Load(FileSystem& fs, const std::string& path) {
  FolderRecord record(fs, path);
  const auto content = ReadFile(fs, path, kMaxBytes);
  const auto json =
      content ? ParseJson(AsText(*content), {kMaxBytes, 8}) : Result<Json>(content.error());
  if (!json || !json->is_object()) return record;
  record.source_ = ReadSource(*json);
  if (!record.source_) return record;
  const Json* files = FindMember(*json, "files");
  if (files == nullptr || !files->is_object()) return record;
  for (const auto& [name, contents] : files->items()) {
    for (const Json& one : contents) {
      if (one.is_string()) record.contents_[name].insert(one.get<std::string>());
    }
  }
  return record;
}

bool FolderRecord::Has(const std::string& path, const Sha256& content) const {
  const auto found = contents_.find(path);
  return found != contents_.end() && found->second.count(content.ToString()) > 0;
}

void FolderRecord::Expect(const std::string& path, const Sha256& content) {
  contents_[path].insert(content.ToString());
}

void FolderRecord::Settle(const std::string& path, const Sha256& content) {
  contents_[path] = {content.ToString()};
}

Status FolderRecord::Save(const RemoteRevision& revision, Stage stage) {
  auto repository = revision.repository;
  if (source_ && source_->repository.IsSameAs(repository)) repository.Learn(source_->repository);
  source_ = {repository, revision.id};
  Json json = {
      {"repository", repository.uid.ToString()}, {"id", revision.id}, {"files", contents_}};
  if (repository.published) json["published"] = repository.published->ToString();
  if (stage == Stage::Complete) {
    json["commit"] = revision.commit.ToString();
    json["manifest"] = revision.manifest.ToString();
  }
  return WriteFileDurably(*fs_, path_, AsBytes(DumpJson(json, 1)));
}

}  // namespace banyan::cli
