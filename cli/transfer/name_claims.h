#pragma once
// The names that the files of a revision take in one place. Some file systems fold case or Unicode
// form: there two names that differ in nothing else are one file, and the second is refused.

#include <map>
#include <string>
#include <vector>

#include "storage/base/file_system.h"
#include "storage/base/mutex.h"

namespace banyan::cli {

// Thread safe.
class NameClaims {
 public:
  // `own_folder`: a folder of ours on that file system. It is made, and names are tried out in it,
  // when two might be one; nothing stays there.
  NameClaims(FileSystem& fs, std::string own_folder)
      : fs_(fs), own_folder_(std::move(own_folder)) {}

  // Invalid when the path would be the same file as one that was claimed before.
  Status Claim(const std::string& path) EXCLUDES(mutex_);

 private:
  Status RequireDistinct(const std::string& path, const std::string& other) const;

  FileSystem& fs_;
  const std::string own_folder_;
  Mutex mutex_;
  std::map<std::string, std::vector<std::string>> claimed_ GUARDED_BY(mutex_);  // by folded path
};

}  // namespace banyan::cli
