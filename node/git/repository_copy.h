#pragma once
// A bare git repository on disk, made from the catalog for git's own programs to read: a cache that
// may be thrown away at any time. What it shows is what the catalog said when it was last brought
// up to date: packs first, then the refs in one rename, so that no ref is seen without its objects.
//
//   HEAD  config  packed-refs  shallow  objects/pack/pack-<n>.{pack,idx}
//                                       objects/pack/multi-pack-index{,-<hash>.bitmap}
//
// Only branches and tags are in it, and what they have reached since it was made. Of a mirror that
// lacks files of older revisions it has the newest ones, and is what git calls shallow.

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "storage/base/clock.h"
#include "storage/base/mutex.h"
#include "storage/history/pack_export.h"

namespace banyan::node {

// Removes a directory and all that is in it.
Status RemoveTree(FileSystem& fs, const std::string& path);

// The files of a bare repository without objects: directories, config, HEAD and packed-refs.
struct RefState {
  std::string default_branch;
  std::vector<storage::Ref> refs;  // branches and tags, by name

  static Result<RefState> Read(storage::Connection& connection, std::int64_t repository);
  std::string Head() const;
  std::string PackedRefs() const;
};
Status MakeBareRepository(FileSystem& fs, const std::string& directory);
Status WriteRefs(FileSystem& fs, const std::string& directory, const RefState& state);

class RepositoryCopy {
 public:
  // `directory` is made by the first Update.
  RepositoryCopy(FileSystem& fs, std::string directory, std::int64_t repository,
                 std::uint64_t min_free_bytes)
      : fs_(fs),
        directory_(std::move(directory)),
        repository_(repository),
        min_free_bytes_(min_free_bytes) {}
  // Removes the directory.
  ~RepositoryCopy();
  RepositoryCopy(const RepositoryCopy&) = delete;
  RepositoryCopy& operator=(const RepositoryCopy&) = delete;

  struct Updated {
    RefState refs;                                    // what the copy shows now, unless
    std::vector<storage::PackExport::Absent> absent;  // these files are not here: it is as before
  };
  // Errors: NoSpace when the disk has less than min_free_bytes, those of the catalog and the disk.
  // One update at a time; others wait.
  Result<Updated> Update(storage::Database& database, storage::ContentStore& content)
      EXCLUDES(mutex_);

  // It is shallow, and the file that made it so is here by now.
  Result<std::optional<GitOid>> FoundSince(storage::Connection& connection) EXCLUDES(mutex_);

  // True, once, when more than half of its packs came since it was true last, unless they are
  // small: the caller is to let git write a bitmap of them.
  bool ClaimBitmap() EXCLUDES(mutex_);

  const std::string& directory() const { return directory_; }
  std::uint64_t size_bytes() const { return size_bytes_; }
  std::size_t pack_count() const { return packs_; }

 private:
  using Absent = std::vector<storage::PackExport::Absent>;
  Result<Absent> AddPack(storage::Connection& connection, storage::ContentStore& content,
                         const RefState& refs, storage::PackExport::Depth depth) REQUIRES(mutex_);
  Status RequireRoom() const;

  FileSystem& fs_;
  const std::string directory_;
  const std::int64_t repository_;
  const std::uint64_t min_free_bytes_;
  Mutex mutex_;
  bool is_made_ GUARDED_BY(mutex_) = false;
  std::string shown_ GUARDED_BY(mutex_);    // HEAD and packed-refs as they were written last
  std::string shallow_ GUARDED_BY(mutex_);  // the file of that name
  std::optional<GitOid> missing_ GUARDED_BY(mutex_);    // the first file that was not here
  std::uint64_t claimed_bytes_ GUARDED_BY(mutex_) = 0;  // size_bytes_ at the last ClaimBitmap
  std::atomic<std::size_t> packs_ = 0;                  // changed under mutex_, as the next
  std::atomic<std::uint64_t> size_bytes_ = 0;
};

}  // namespace banyan::node
