#include "cli/transfer/known_repositories.h"

#include "storage/base/json.h"

namespace banyan::cli {
namespace {

constexpr std::uint64_t kMaxBytes = 64u << 20;

std::string KeyOf(const storage::RepositoryId& id) {
  return std::string(storage::Plural(id.kind)) + "/" + storage::FoldName(id.Path());
}

void ReadTexts(const Json& object, std::string_view key, std::map<std::string, std::string>& out) {
  const Json* member = FindMember(object, key);
  if (member == nullptr || !member->is_object()) return;
  for (const auto& [name, value] : member->items()) {
    if (value.is_string()) out[name] = value.get<std::string>();
  }
}

}  // namespace

Result<KnownRepositories> KnownRepositories::Load(FileSystem& fs, const std::string& path) {
  KnownRepositories known(fs, path);
  const auto content = ReadFile(fs, path, kMaxBytes);
  if (!content) {
    if (content.error().code() == Errc::NotFound) return known;
    return content.error();
  }
  auto json = ParseJson(AsText(*content), {kMaxBytes, 8});
  if (!json) {
    return Error(Errc::Corrupt, path + ": damaged; move it away to start a new one");
  }
  ReadTexts(*json, "repositories", known.ids_);
  ReadTexts(*json, "refs", known.refs_);
  return known;
}

Status KnownRepositories::Check(const storage::RepositoryId& name,
                                const storage::RepositoryUid& uid) {
  const auto [at, is_new] = ids_.emplace(KeyOf(name), uid.ToString());
  if (is_new || at->second == uid.ToString()) return Ok();
  return Error(Errc::Conflict,
               name.Path() + " is not the repository that was pulled under this name before (id " +
                   at->second.substr(0, 12) + ", now " + uid.ToString().substr(0, 12) +
                   "): if that is right, pull again with --accept-new-id");
}

void KnownRepositories::Replace(const storage::RepositoryId& name,
                                const storage::RepositoryUid& uid) {
  ids_[KeyOf(name)] = uid.ToString();
}

std::optional<std::string> KnownRepositories::WrittenRef(const std::string& ref_file) const {
  const auto found = refs_.find(ref_file);
  if (found == refs_.end()) return std::nullopt;
  return found->second;
}

void KnownRepositories::SetWrittenRef(const std::string& ref_file, const std::string& commit) {
  refs_[ref_file] = commit;
}

Status KnownRepositories::Save() const {
  TRY(fs_->CreateDirectories(ParentDirectory(path_)));
  const Json json = {{"repositories", ids_}, {"refs", refs_}};
  return WriteFileDurably(*fs_, path_, AsBytes(DumpJson(json, 1)));
}

}  // namespace banyan::cli
