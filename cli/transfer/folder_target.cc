// A plain folder. Partial files and what is known of finished ones live in <folder>/.banyan, so
// that an unchanged file is not hashed again and a changed one not taken for a pull's.

#include <sys/stat.h>

#include <map>
#include <set>

#include "cli/transfer/fetch_journal.h"
#include "cli/transfer/folder_record.h"
#include "cli/transfer/name_claims.h"
#include "cli/transfer/pull_target.h"
#include "cli/transfer/verified_files.h"
#include "storage/base/mutex.h"

namespace banyan::cli {
namespace {

class Folder final : public PullTarget {
 public:
  Folder(FileSystem& fs, std::string root, std::unique_ptr<FileLock> lock)
      : fs_(fs),
        root_(std::move(root)),
        lock_(std::move(lock)),
        verified_(fs, root_, Own("index.json")),
        names_(fs, Own("names")),
        record_(FolderRecord::Load(fs, Own("source.json"))) {}
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
  std::vector<ChunkSource> Sources(const std::vector<PullFile>& wanted) override;
  void AddUnfinished(const std::vector<PullFile>& wanted, LocalChunks& local) override;
  std::string PathOf(const PullFile& file) const override { return root_ + "/" + file.path; }
  std::string Place() const override { return root_; }

 private:
  std::string Own(const std::string& name) const { return root_ + "/.banyan/" + name; }
  bool HoldsFile(const std::string& path) const;
  Status CheckParents(const std::string& path) const;
  Status ClaimName(const std::string& path);
  Status RequireAsSeen(const std::string& path);

  FileSystem& fs_;
  const std::string root_;
  const std::unique_ptr<FileLock> lock_;
  VerifiedFiles verified_;
  NameClaims names_;
  Mutex mutex_;
  FolderRecord record_ GUARDED_BY(mutex_);
  std::map<std::string, Occupant> looked_ GUARDED_BY(mutex_);  // what was there then
};

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
  return names_.Claim(path);
}

// A folder is one repository's: the files of two would be mixed.
Status Folder::Claim(const FolderWish& wish, const RemoteRevision& revision) {
  MutexLock lock(mutex_);
  const auto& source = record_.source();
  if (!source || source->repository.IsSameAs(revision.repository)) return Ok();
  if (wish.accept_new_id && source->name == revision.id) return Ok();
  if (!wish.overwrite) {
    return Error(Errc::Conflict, root_ + " holds a pull of another repository, " + source->name +
                                     " (id " + source->repository.Short() +
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
  const Sha256 sha256 = TRY(verified_.Hash(file.path, there));
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
  const auto written = verified_.FindSettled(part_path);
  TRY(fs_.Rename(part_path, path));
  TRY(fs_.SyncDirectory(ParentDirectory(path)));
  verified_.Remember(file.path, written, file.entry.sha256);
  MutexLock lock(mutex_);
  record_.Settle(file.path, file.entry.sha256);
  return Ok();
}

Result<std::vector<std::string>> Folder::Finish(const RemoteRevision& revision,
                                                const std::string&) {
  MutexLock lock(mutex_);
  TRY(RemoveOrphanJournals(fs_, Own("parts")));
  TRY(verified_.Save());
  TRY(record_.Save(revision, FolderRecord::Stage::Complete));
  return std::vector<std::string>();
}

// What was verified and nobody changed since; of what was not, what the record says: a killed pull
// left no more.
void Folder::OfferWhole(WholeFiles& whole) {
  for (const auto& [path, sha256] : verified_.Unchanged()) {
    whole.Claim(sha256, root_ + "/" + path);
  }
  MutexLock lock(mutex_);
  for (const auto& [path, contents] : record_.contents()) {
    if (verified_.Knows(path) || !HoldsFile(path)) continue;
    for (const std::string& content : contents) {
      if (const auto sha256 = Sha256::Parse(content)) whole.Claim(*sha256, root_ + "/" + path);
    }
  }
}

// What has a wanted name, whoever put it there, and what pulls put there under other names.
std::vector<ChunkSource> Folder::Sources(const std::vector<PullFile>& wanted) {
  std::set<std::string> paths;
  for (const PullFile& file : wanted) paths.insert(file.path);
  {
    MutexLock lock(mutex_);
    for (const auto& [path, contents] : record_.contents()) paths.insert(path);
  }
  std::vector<ChunkSource> sources;
  for (const std::string& path : paths) {
    const auto there = FindOccupant(root_ + "/" + path);
    if (!there || there->kind != Occupant::Kind::File) continue;
    sources.push_back(
        {root_ + "/" + path, path, there->size_bytes, there->modified_ns / 1'000'000});
  }
  return sources;
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
  TRY(target->Claim(wish, revision));
  return std::unique_ptr<PullTarget>(std::move(target));
}

}  // namespace banyan::cli
