// A plain folder. Partial files and what is known of finished ones live in <folder>/.banyan, so
// that an unchanged file is not hashed again and a changed one not taken for a pull's.

#include <sys/stat.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <map>
#include <set>

#include "cli/transfer/fetch_journal.h"
#include "cli/transfer/folder_record.h"
#include "cli/transfer/pull_target.h"
#include "storage/base/json.h"
#include "storage/base/mutex.h"

namespace banyan::cli {
namespace {

constexpr std::uint64_t kMaxIndexBytes = 256u << 20;

class Folder final : public PullTarget {
 public:
  Folder(FileSystem& fs, std::string root, std::unique_ptr<FileLock> lock)
      : fs_(fs),
        root_(std::move(root)),
        lock_(std::move(lock)),
        record_(FolderRecord::Load(fs, Own("source.json"))) {}
  void LoadIndex();
  Status Claim(const FolderWish& wish, const RemoteRevision& revision);

  Result<State> Look(const PullFile& file) override;
  Status Expect(const RemoteRevision& revision, const std::vector<PullFile>& files) override;
  Status Show(const PullFile&) override { return Ok(); }
  Result<std::string> PartPath(const PullFile& file) override {
    TRY(CheckParents(file.path));
    TRY(fs_.CreateDirectories(Own("parts")));
    return Own("parts/" + file.entry.sha256.ToString());
  }
  Status Place(const PullFile& file, const std::string& part_path) override;
  Result<std::vector<std::string>> Finish(const RemoteRevision& revision,
                                          const std::string& asked_revision) override;
  void OfferWhole(WholeFiles& whole) override;
  void AddSources(const std::vector<PullFile>& files, LocalChunks& local) override;
  void AddUnfinished(const std::vector<PullFile>& wanted, LocalChunks& local) override;
  std::string Place() const override { return root_; }

 private:
  std::string Own(const std::string& name) const { return root_ + "/.banyan/" + name; }
  bool HoldsFile(const std::string& path) const;
  Status CheckParents(const std::string& path) const;
  Status ClaimName(const std::string& path);
  Status RequireAsSeen(const std::string& path);
  Result<Sha256> HashOf(const std::string& path, const Occupant& there);
  void Remember(const std::string& path, const Sha256& sha256);

  FileSystem& fs_;
  const std::string root_;
  const std::unique_ptr<FileLock> lock_;
  Mutex mutex_;
  struct Seen {
    std::uint64_t size_bytes;
    std::int64_t modified_ms;
    Sha256 sha256;
  };
  std::map<std::string, Seen> index_ GUARDED_BY(mutex_);
  FolderRecord record_ GUARDED_BY(mutex_);
  std::map<std::string, std::string> names_ GUARDED_BY(mutex_);  // folded -> as published
  std::map<std::string, Occupant> looked_ GUARDED_BY(mutex_);    // what was there then
};

void Folder::LoadIndex() {
  const auto content = ReadFile(fs_, Own("index.json"), kMaxIndexBytes);
  const auto json =
      content ? ParseJson(AsText(*content), {kMaxIndexBytes, 8}) : Result<Json>(content.error());
  if (!json || !json->is_object()) return;  // only a saving
  MutexLock lock(mutex_);
  for (const auto& [path, value] : json->items()) {
    const auto size = FindInt(value, "size");
    const auto modified = FindInt(value, "modified");
    const auto sha256 = Sha256::Parse(FindString(value, "sha256").value_or(""));
    if (size && modified && sha256) {
      index_[path] = {static_cast<std::uint64_t>(*size), *modified, *sha256};
    }
  }
}

// Else it must not be opened.
bool Folder::HoldsFile(const std::string& path) const {
  const auto there = FindOccupant(root_ + "/" + path);
  return there && there->kind == Occupant::Kind::File;
}

// No component above the file may be a symbolic link or something else than a folder.
Status Folder::CheckParents(const std::string& path) const {
  for (std::size_t at = path.find('/'); at != std::string::npos; at = path.find('/', at + 1)) {
    struct stat status {};
    const std::string parent = root_ + "/" + path.substr(0, at);
    if (::lstat(parent.c_str(), &status) != 0) return Ok();  // absent: it will be made
    if (S_ISDIR(status.st_mode)) continue;
    return Error(Errc::Invalid, parent +
                                    ": not a plain folder, and a published file lies below "
                                    "it: move it away or choose another destination");
  }
  return Ok();
}

Status Folder::ClaimName(const std::string& path) {
  const std::string folded = storage::FoldPath(path);
  if (folded == ".banyan" || folded.starts_with(".banyan/")) {
    return Error(Errc::Invalid, "\"" + path +
                                    "\" would lie where pulls keep their own files: leave it out "
                                    "with --exclude");
  }
  MutexLock lock(mutex_);
  const auto [at, is_new] = names_.emplace(folded, path);
  if (is_new || at->second == path) return Ok();
  return Error(Errc::Invalid, "\"" + path + "\" and \"" + at->second +
                                  "\" differ only in case or form: leave one out with --exclude");
}

void Folder::Remember(const std::string& path, const Sha256& sha256) {
  const auto stat = fs_.Stat(root_ + "/" + path);
  if (!stat) return;
  MutexLock lock(mutex_);
  index_[path] = {stat->size_bytes, stat->modified_ms, sha256};
}

// A folder is one repository's: the files of two would be mixed.
Status Folder::Claim(const FolderWish& wish, const RemoteRevision& revision) {
  MutexLock lock(mutex_);
  const auto& source = record_.source();
  if (!source || source->repository == revision.repository.ToString()) return Ok();
  if (wish.accept_new_id && source->name == revision.id) return Ok();
  if (!wish.overwrite) {
    return Error(Errc::Conflict, root_ + " holds a pull of another repository, " + source->name +
                                     " (id " + source->repository.substr(0, 12) +
                                     "): choose another folder, or put these files among the "
                                     "others with --overwrite");
  }
  record_.Forget();
  return Ok();
}

Status Folder::Expect(const RemoteRevision& revision, const std::vector<PullFile>& files) {
  MutexLock lock(mutex_);
  for (const PullFile& file : files) record_.Expect(file.path, file.entry.sha256);
  return record_.Save(revision, FolderRecord::Stage::Begun);
}

Result<Sha256> Folder::HashOf(const std::string& path, const Occupant& there) {
  {
    MutexLock lock(mutex_);
    const auto seen = index_.find(path);
    const bool unchanged = seen != index_.end() && seen->second.size_bytes == there.size_bytes &&
                           seen->second.modified_ms == there.modified_ms;
    if (unchanged) return seen->second.sha256;
  }
  const Sha256 sha256 = TRY(HashFileContent(fs_, root_ + "/" + path));
  Remember(path, sha256);
  return sha256;
}

Result<PullTarget::State> Folder::Look(const PullFile& file) {
  TRY(ClaimName(file.path));
  TRY(CheckParents(file.path));
  const std::string path = root_ + "/" + file.path;
  const auto there = TRY(FindOccupant(path));
  {
    MutexLock lock(mutex_);
    looked_[file.path] = there;
  }
  if (there.kind == Occupant::Kind::Nothing) return State::Absent;
  if (there.kind == Occupant::Kind::Other) return State::Foreign;
  if (there.kind == Occupant::Kind::Folder) {
    return Error(Errc::Invalid, path +
                                    ": a folder, and a published file has its name: move it away "
                                    "or choose another destination");
  }
  {
    MutexLock lock(mutex_);
    const bool differs = there.size_bytes != file.entry.size_bytes;
    if (differs && !record_.Knows(file.path)) return State::Foreign;
  }
  const Sha256 sha256 = TRY(HashOf(file.path, there));
  MutexLock lock(mutex_);
  if (sha256 == file.entry.sha256) {
    record_.Settle(file.path, sha256);
    return State::Present;
  }
  return record_.Has(file.path, sha256) ? State::Absent : State::Foreign;
}

// Hours may lie between looking and placing.
Status Folder::RequireAsSeen(const std::string& path) {
  const auto there = TRY(FindOccupant(root_ + "/" + path));
  MutexLock lock(mutex_);
  if (there.kind == Occupant::Kind::Nothing || there == looked_[path]) return Ok();
  return Error(Errc::Conflict, root_ + "/" + path +
                                   " was written by somebody else while the pull ran: move it away "
                                   "and pull again");
}

Status Folder::Place(const PullFile& file, const std::string& part_path) {
  TRY(CheckParents(file.path));
  TRY(RequireAsSeen(file.path));
  const std::string path = root_ + "/" + file.path;
  TRY(fs_.CreateDirectories(ParentDirectory(path)));
  TRY(CheckParents(file.path));
  ::chmod(part_path.c_str(), file.entry.mode == storage::kModeExecutable ? 0755 : 0644);
  TRY(fs_.Rename(part_path, path));
  TRY(fs_.SyncDirectory(ParentDirectory(path)));
  Remember(file.path, file.entry.sha256);
  MutexLock lock(mutex_);
  record_.Settle(file.path, file.entry.sha256);
  return Ok();
}

Result<std::vector<std::string>> Folder::Finish(const RemoteRevision& revision,
                                                const std::string&) {
  MutexLock lock(mutex_);
  Json index = Json::object();
  for (const auto& [path, seen] : index_) {
    index[path] = {{"size", seen.size_bytes},
                   {"modified", seen.modified_ms},
                   {"sha256", seen.sha256.ToString()}};
  }
  TRY(RemoveOrphanJournals(fs_, Own("parts")));
  TRY(WriteFileDurably(fs_, Own("index.json"), AsBytes(DumpJson(index))));
  TRY(record_.Save(revision, FolderRecord::Stage::Complete));
  return std::vector<std::string>();
}

// What the index knows and nobody changed since; of what it does not know, what the record says:
// a killed pull left no index.
void Folder::OfferWhole(WholeFiles& whole) {
  MutexLock lock(mutex_);
  for (const auto& [path, seen] : index_) {
    const auto there = FindOccupant(root_ + "/" + path);
    const bool unchanged =
        there && *there == Occupant{Occupant::Kind::File, seen.size_bytes, seen.modified_ms};
    if (unchanged) whole.Claim(seen.sha256, root_ + "/" + path);
  }
  for (const auto& [path, contents] : record_.contents()) {
    if (index_.count(path) > 0 || !HoldsFile(path)) continue;
    for (const std::string& content : contents) {
      if (const auto sha256 = Sha256::Parse(content)) whole.Claim(*sha256, root_ + "/" + path);
    }
  }
}

void Folder::AddSources(const std::vector<PullFile>& files, LocalChunks& local) {
  for (const PullFile& file : files) {
    if (HoldsFile(file.path)) local.AddFile(root_ + "/" + file.path);
  }
}

void Folder::AddUnfinished(const std::vector<PullFile>& wanted, LocalChunks& local) {
  const auto parts = fs_.List(Own("parts"));
  if (!parts) return;
  std::set<std::string> left(parts->begin(), parts->end());
  for (const PullFile& file : wanted) left.erase(file.entry.sha256.ToString());
  for (const std::string& name : left) {
    if (name.find('.') == std::string::npos) local.AddFile(Own("parts/" + name));
  }
}

}  // namespace

Result<std::unique_ptr<FileLock>> LockTarget(FileSystem& fs, const std::string& lock_path,
                                             const std::string& place) {
  auto lock = fs.Lock(lock_path);
  if (lock || lock.error().code() != Errc::Conflict) return lock;
  return Error(Errc::Unavailable, place + ": another pull is at work there");
}

Result<std::unique_ptr<PullTarget>> FolderTarget(FileSystem& fs, const FolderWish& wish,
                                                 const RemoteRevision& revision) {
  const std::string& folder = wish.folder;
  TRY(fs.CreateDirectories(folder + "/.banyan"));
  auto lock = TRY(LockTarget(fs, folder + "/.banyan/lock", folder));
  auto target = std::make_unique<Folder>(fs, folder, std::move(lock));
  target->LoadIndex();
  TRY(target->Claim(wish, revision));
  return std::unique_ptr<PullTarget>(std::move(target));
}

}  // namespace banyan::cli
