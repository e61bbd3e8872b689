#include "cli/transfer/known_repositories.h"

#include "storage/base/json.h"

namespace banyan::cli {
namespace {

constexpr std::uint64_t kMaxBytes = 64u << 20;
constexpr std::int64_t kLockPauseMs = 20;
constexpr int kLockTries = 500;

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
  if (path.empty()) return known;
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
  if (is_new) changed_.insert(at->first);
  if (at->second == uid.ToString()) return Ok();
  return Error(Errc::Conflict,
               name.Path() + " is not the repository that was pulled under this name before (id " +
                   at->second.substr(0, 12) + ", now " + uid.ToString().substr(0, 12) +
                   "): if that is right, pull again with --accept-new-id");
}

void KnownRepositories::Replace(const storage::RepositoryId& name,
                                const storage::RepositoryUid& uid) {
  ids_[KeyOf(name)] = uid.ToString();
  changed_.insert(KeyOf(name));
}

std::optional<std::string> KnownRepositories::WrittenRef(const std::string& ref_file) const {
  const auto found = refs_.find(ref_file);
  if (found == refs_.end()) return std::nullopt;
  return found->second;
}

void KnownRepositories::SetWrittenRef(const std::string& ref_file, const std::string& commit) {
  refs_[ref_file] = commit;
  changed_.insert(ref_file);
}

Status KnownRepositories::Save(Clock& clock) {
  if (changed_.empty()) return Ok();
  if (path_.empty()) return Error(Errc::Invalid, "there is no home directory: set HOME");
  TRY(fs_->CreateDirectories(ParentDirectory(path_)));
  auto lock = fs_->Lock(path_ + ".lock");
  for (int i = 0; !lock && lock.error().code() == Errc::Conflict && i < kLockTries; ++i) {
    clock.SleepMs(kLockPauseMs);
    lock = fs_->Lock(path_ + ".lock");
  }
  if (!lock && lock.error().code() == Errc::Conflict) {
    return Error(Errc::Unavailable, path_ + ": another banyan holds it: try again later");
  }
  if (!lock) return std::move(lock.error());
  const auto now = TRY(Load(*fs_, path_));
  auto ids = now.ids_;
  auto refs = now.refs_;
  for (const auto& [name, uid] : ids_) {
    if (changed_.count(name) > 0) ids[name] = uid;
  }
  for (const auto& [ref, commit] : refs_) {
    if (changed_.count(ref) > 0) refs[ref] = commit;
  }
  const Json json = {{"repositories", ids}, {"refs", refs}};
  TRY(WriteFileDurably(*fs_, path_, AsBytes(DumpJson(json, 1))));
  changed_.clear();
  return Ok();
}

}  // namespace banyan::cli
