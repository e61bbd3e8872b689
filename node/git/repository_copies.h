#pragma once
// The copies of repositories that git reads, below one directory: made when somebody asks, brought
// up to date at each request, the longest unused thrown away when they are too large together.
// Nothing of them outlives the node: what an earlier one left is removed at the start.

#include <map>
#include <memory>
#include <string>

#include "node/git/repository_copy.h"

namespace banyan::node {

// Thread safe.
class RepositoryCopies {
 public:
  struct Options {
    std::string directory;
    std::uint64_t max_bytes = 0;  // of all together; the one in use may be larger
    std::uint64_t min_free_bytes = 0;
  };
  // Borrows all.
  RepositoryCopies(FileSystem& fs, storage::Database& database, storage::ContentStore& content,
                   Options options)
      : fs_(fs), database_(database), content_(content), options_(std::move(options)) {}

  // Before anything else: an empty directory.
  Status Clear();

  // A copy stays as long as somebody holds it, whatever becomes of the cache.
  struct Open {
    std::shared_ptr<RepositoryCopy> copy;
    RepositoryCopy::Updated updated;
  };
  // As RepositoryCopy::Update. Whether the caller may read the repository was asked before.
  Result<Open> Find(std::int64_t repository) EXCLUDES(mutex_);

  // An empty bare repository for one push that reads objects of `copy` too; removed at its end.
  Result<std::shared_ptr<RepositoryCopy>> MakeQuarantine(const Open& open) EXCLUDES(mutex_);

  // A path there at which nothing is.
  std::string NewFile() EXCLUDES(mutex_);

  // All copies are made anew when they are wanted next: something was taken out of the catalog.
  void Forget() EXCLUDES(mutex_);

 private:
  struct Entry {
    std::shared_ptr<RepositoryCopy> copy;
    std::uint64_t used = 0;  // counts up with each use
  };
  std::string NewPath(const std::string& what) REQUIRES(mutex_);
  std::shared_ptr<RepositoryCopy> Take(std::int64_t repository, const RepositoryCopy* worn)
      EXCLUDES(mutex_);
  void Trim(std::int64_t except) EXCLUDES(mutex_);

  FileSystem& fs_;
  storage::Database& database_;
  storage::ContentStore& content_;
  const Options options_;
  Mutex mutex_;
  std::map<std::int64_t, Entry> entries_ GUARDED_BY(mutex_);
  std::uint64_t made_ GUARDED_BY(mutex_) = 0;
  std::uint64_t uses_ GUARDED_BY(mutex_) = 0;
};

}  // namespace banyan::node
