#pragma once
// The names that the files of a revision take in one place. Some file systems fold case or Unicode
// form: there two names that differ in nothing else are one file, and the second is refused.

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "storage/base/file_system.h"
#include "storage/base/mutex.h"

namespace banyan::cli {

// Thread safe.
class NameClaims {
 public:
  // The most names that are kept apart of those that differ in nothing but case or form: each is
  // tried out beside all others, and a hostile node may name thousands.
  static constexpr std::size_t kAlikeMax = 16;

  // `own_folder`: a folder of ours on that file system. It is made, and names are tried out in it,
  // when two might be one; nothing stays there.
  NameClaims(FileSystem& fs, std::string own_folder)
      : fs_(fs), own_folder_(std::move(own_folder)) {}

  // Invalid when the path would be the same file as one that was claimed before, or when kAlikeMax
  // others that are alike were.
  Status Claim(const std::string& path) EXCLUDES(mutex_);

 private:
  Status RequireDistinct(const std::string& path, const std::string& other) const;

  FileSystem& fs_;
  const std::string own_folder_;
  Mutex mutex_;
  std::map<std::string, std::vector<std::string>> claimed_ GUARDED_BY(mutex_);  // by folded path
};

}  // namespace banyan::cli
