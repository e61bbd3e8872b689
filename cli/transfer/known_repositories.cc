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

using Texts = std::map<std::string, std::string>;

void ReadTexts(const Json& object, std::string_view key, Texts& out) {
  const Json* member = FindMember(object, key);
  if (member == nullptr || !member->is_object()) return;
  for (const auto& [name, value] : member->items()) {
    if (value.is_string()) out[name] = value.get<std::string>();
  }
}

// What is published is beside the ids; older files lack it.
Result<std::map<std::string, RepositoryIdentity>> ReadIdentities(const Json& object) {
  Texts uids;
  Texts published;
  ReadTexts(object, "repositories", uids);
  ReadTexts(object, "published", published);
  std::map<std::string, RepositoryIdentity> out;
  for (const auto& [name, uid] : uids) {
    RepositoryIdentity& identity = out[name];
    identity.uid = TRY(storage::RepositoryUid::Parse(uid));
    const auto text = published.find(name);
    if (text == published.end()) continue;
    identity.published = TRY(federation::PublishedName::Parse(text->second));
  }
  return out;
}

Texts TextsOf(const std::map<std::string, RepositoryIdentity>& identities, bool published) {
  Texts out;
  for (const auto& [name, identity] : identities) {
    if (!published) out[name] = identity.uid.ToString();
    if (published && identity.published) out[name] = identity.published->ToString();
  }
  return out;
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
  const auto json = ParseJson(AsText(*content), {kMaxBytes, 8});
  auto ids = json ? ReadIdentities(*json) : json.error();
  if (!ids) return Error(Errc::Corrupt, path + ": damaged; move it away to start a new one");
  known.ids_ = *std::move(ids);
  ReadTexts(*json, "nodes", known.nodes_);
  ReadTexts(*json, "refs", known.refs_);
  return known;
}

Status KnownRepositories::Check(const storage::RepositoryId& name, const Known& now) {
  const auto [at, is_new] = ids_.emplace(KeyOf(name), now.repository);
  RepositoryIdentity& pinned = at->second;
  const auto node = nodes_.find(at->first);
  if (!pinned.IsSameAs(now.repository)) {
    return Error(Errc::Conflict,
                 name.Path() +
                     " is not the repository that was pulled under this name before (id " +
                     pinned.Short() + ", now " + now.repository.Short() + ")" +
                     (node == nodes_.end() ? "" : "; it was pulled from " + node->second) +
                     ": if the new one is right, pull again with --accept-new-id");
  }
  const bool learns = !pinned.published && now.repository.published;
  if (is_new || learns || node == nodes_.end()) changed_.insert(at->first);
  pinned.Learn(now.repository);
  nodes_.emplace(at->first, now.node);
  return Ok();
}

void KnownRepositories::Replace(const storage::RepositoryId& name, const Known& now) {
  ids_.insert_or_assign(KeyOf(name), now.repository);
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
  const auto merged = [this](auto theirs, const auto& ours) {
    for (const auto& [key, value] : ours) {
      if (changed_.count(key) > 0) theirs.insert_or_assign(key, value);
    }
    return theirs;
  };
  const auto ids = merged(now.ids_, ids_);
  const Json json = {{"repositories", TextsOf(ids, /*published=*/false)},
                     {"published", TextsOf(ids, /*published=*/true)},
                     {"nodes", merged(now.nodes_, nodes_)},
                     {"refs", merged(now.refs_, refs_)}};
  TRY(WriteFileDurably(*fs_, path_, AsBytes(DumpJson(json, 1))));
  changed_.clear();
  return Ok();
}

}  // namespace banyan::cli
