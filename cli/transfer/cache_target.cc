// The cache of Hugging Face clients: content in blobs/ under its ETag (SHA-256 of an LFS file, git
// id of others), snapshots/<commit>/ with relative symbolic links, refs/<name> with the commit. Our
// lock, and which blobs were verified, lie where those clients keep their locks.

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <set>

#include "cli/transfer/fetch_journal.h"
#include "cli/transfer/hub_cache.h"
#include "cli/transfer/name_claims.h"
#include "cli/transfer/pull_target.h"
#include "cli/transfer/verified_files.h"

namespace banyan::cli {
namespace {

class HubCache final : public PullTarget {
 public:
  HubCache(FileSystem& fs, std::string root, std::string commit, KnownRepositories& known,
           const std::string& own, std::unique_ptr<FileLock> lock)
      : fs_(fs),
        root_(std::move(root)),
        commit_(std::move(commit)),
        known_(known),
        lock_(std::move(lock)),
        verified_(fs, root_ + "/blobs", own + "/banyan-verified.json"),
        names_(fs, own + "/banyan-names") {}

  Result<State> Look(const PullFile& file) override;
  Status Expect(const RemoteRevision&, const std::vector<PullFile>&) override { return Ok(); }
  Status Show(const PullFile& file) override { return Link(file); }
  Result<std::string> PartPath(const PullFile& file) override {
    TRY(fs_.CreateDirectories(root_ + "/blobs"));
    return BlobPath(file) + std::string(kCachePartEnding);
  }
  Status Place(const PullFile& file, const std::string& part_path) override {
    // The blob's name says what other programs will take it for.
    if (!file.entry.IsPointer() &&
        TRY(HashBlobFile(fs_, part_path, file.entry.size_bytes)) != file.entry.oid) {
      return Error(Errc::Corrupt, file.path + ": the publisher's manifest gives another git id");
    }
    const auto written = verified_.FindSettled(part_path);
    TRY(fs_.Rename(part_path, BlobPath(file)));
    TRY(fs_.SyncDirectory(root_ + "/blobs"));
    verified_.Remember(BlobName(file), written, file.entry.sha256);
    return Link(file);
  }
  Result<std::vector<std::string>> Finish(const RemoteRevision& revision,
                                          const std::string& asked_revision) override;
  // This place is one of the caches of the pull.
  void OfferWhole(WholeFiles&) override {}
  std::vector<ChunkSource> Sources(const std::vector<PullFile>&) override { return {}; }
  void AddUnfinished(const std::vector<PullFile>& wanted, LocalChunks& local) override;
  std::string PathOf(const PullFile& file) const override { return BlobPath(file); }
  std::string Place() const override { return root_ + "/snapshots/" + commit_; }

 private:
  static std::string BlobName(const PullFile& file) {
    const auto& entry = file.entry;
    return entry.IsPointer() ? entry.sha256.ToString() : entry.oid.ToString();
  }
  std::string BlobPath(const PullFile& file) const { return root_ + "/blobs/" + BlobName(file); }
  Status Link(const PullFile& file);
  Status WriteRef(const std::string& ref, std::vector<std::string>& remarks);

  FileSystem& fs_;
  const std::string root_;
  const std::string commit_;
  KnownRepositories& known_;
  const std::unique_ptr<FileLock> lock_;
  VerifiedFiles verified_;
  NameClaims names_;
};

// A blob that is damaged, or cannot be read, is as good as none: it will be replaced.
Result<PullTarget::State> HubCache::Look(const PullFile& file) {
  TRY(names_.Claim(file.path));
  const auto there = FindOccupant(BlobPath(file));
  const bool may_be_it =
      there && there->kind == Occupant::Kind::File && there->size_bytes == file.entry.size_bytes;
  if (!may_be_it) return State::Absent;
  const auto sha256 = verified_.Hash(BlobName(file), *there);
  return sha256 && *sha256 == file.entry.sha256 ? State::Present : State::Absent;
}

Status HubCache::Link(const PullFile& file) {
  const std::string link = root_ + "/snapshots/" + commit_ + "/" + file.path;
  const std::string blob = BlobPath(file);
  std::string target = "../../";
  for (const char c : file.path) {
    if (c == '/') target += "../";
  }
  target += blob.substr(root_.size() + 1);
  TRY(fs_.CreateDirectories(ParentDirectory(link)));
  std::error_code error;
  if (std::filesystem::read_symlink(link, error).string() == target && !error) return Ok();
  const std::string temporary = link + ".banyan-link";
  ::unlink(temporary.c_str());
  if (::symlink(target.c_str(), temporary.c_str()) != 0 ||
      ::rename(temporary.c_str(), link.c_str()) != 0) {
    return Error(Errc::Io, link + ": cannot make a symbolic link: " + std::strerror(errno));
  }
  return Ok();
}

// A ref that names another commit was put there by another client or from another hub: it stays.
Status HubCache::WriteRef(const std::string& ref, std::vector<std::string>& remarks) {
  // The name may be the node's answer: it must not lead out of the folder.
  if (!storage::ValidateRefName(ref)) {
    remarks.push_back("the node named a ref that is none; the files are under snapshots/" +
                      commit_);
    return Ok();
  }
  const std::string path = root_ + "/refs/" + ref;
  const auto current = ReadFile(fs_, path, 256);
  if (current || current.error().code() != Errc::NotFound) {
    const std::string commit(current ? AsText(*current) : "");
    if (commit != commit_ && known_.WrittenRef(path) != commit) {
      remarks.push_back("the cache's ref \"" + ref + "\" names " +
                        (current ? "commit " + commit.substr(0, 12) : "something") +
                        " from elsewhere and was left alone; the files are under snapshots/" +
                        commit_.substr(0, 12) + "...");
      return Ok();
    }
  }
  TRY(fs_.CreateDirectories(ParentDirectory(path)));
  TRY(WriteFileDurably(fs_, path, AsBytes(commit_)));
  known_.SetWrittenRef(path, commit_);
  return Ok();
}

Result<std::vector<std::string>> HubCache::Finish(const RemoteRevision& revision,
                                                  const std::string& asked_revision) {
  std::vector<std::string> remarks;
  TRY(RemoveOrphanJournals(fs_, root_ + "/blobs"));
  TRY(verified_.Save());
  TRY(fs_.CreateDirectories(root_ + "/snapshots/" + commit_));
  TRY(fs_.SyncDirectory(root_ + "/snapshots/" + commit_));
  std::string ref = asked_revision;
  constexpr std::string_view kHeads = "refs/heads/";
  if (ref.empty() && revision.ref.starts_with(kHeads)) ref = revision.ref.substr(kHeads.size());
  if (ref.empty() || ref == commit_ || ref == "HEAD") return remarks;
  TRY(WriteRef(ref, remarks));
  return remarks;
}

void HubCache::AddUnfinished(const std::vector<PullFile>& wanted, LocalChunks& local) {
  const auto names = fs_.List(root_ + "/blobs");
  if (!names) return;
  std::set<std::string> left;
  for (const std::string& name : *names) {
    if (name.ends_with(kCachePartEnding)) left.insert(root_ + "/blobs/" + name);
  }
  for (const PullFile& file : wanted) left.erase(BlobPath(file) + std::string(kCachePartEnding));
  for (const std::string& path : left) local.AddFile(path);
}

}  // namespace

Result<std::unique_ptr<PullTarget>> CacheTarget(FileSystem& fs, const std::string& cache,
                                                const storage::RepositoryId& id,
                                                const GitOid& commit, KnownRepositories& known) {
  const std::string folder = CacheFolder(id);
  std::string root = cache + "/" + folder;
  TRY(fs.CreateDirectories(root));
  const std::string lock_path = TRY(CacheLockPath(fs, cache, folder));
  auto lock = TRY(LockTarget(fs, lock_path, root));
  return std::unique_ptr<PullTarget>(new HubCache(fs, root, commit.ToString(), known,
                                                  ParentDirectory(lock_path), std::move(lock)));
}

}  // namespace banyan::cli
