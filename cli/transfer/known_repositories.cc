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
  ReadTexts(*json, "nodes", known.nodes_);
  ReadTexts(*json, "refs", known.refs_);
  return known;
}

Status KnownRepositories::Check(const storage::RepositoryId& name, const Known& now) {
  const std::string uid = now.uid.ToString();
  const auto [at, is_new] = ids_.emplace(KeyOf(name), uid);
  if (at->second == uid) {
    const bool was_unknown = nodes_.emplace(at->first, now.node).second;
    if (is_new || was_unknown) changed_.insert(at->first);
    return Ok();
  }
  const auto node = nodes_.find(at->first);
  return Error(Errc::Conflict,
               name.Path() + " is not the repository that was pulled under this name before (id " +
                   at->second.substr(0, 12) + ", now " + uid.substr(0, 12) + ")" +
                   (node == nodes_.end() ? "" : "; it was pulled from " + node->second) +
                   ": if the new one is right, pull again with --accept-new-id");
}

void KnownRepositories::Replace(const storage::RepositoryId& name, const Known& now) {
  ids_[KeyOf(name)] = now.uid.ToString();
  nodes_[KeyOf(name)] = now.node;
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
  const auto merged = [this](std::map<std::string, std::string> theirs,
                             const std::map<std::string, std::string>& ours) {
    for (const auto& [key, value] : ours) {
      if (changed_.count(key) > 0) theirs[key] = value;
    }
    return theirs;
  };
  const Json json = {{"repositories", merged(now.ids_, ids_)},
                     {"nodes", merged(now.nodes_, nodes_)},
                     {"refs", merged(now.refs_, refs_)}};
  TRY(WriteFileDurably(*fs_, path_, AsBytes(DumpJson(json, 1))));
  changed_.clear();
  return Ok();
}

}  // namespace banyan::cli
