#pragma once
// Compares a folder on this machine with the files of a revision, by size and SHA-256.

#include <functional>
#include <string>
#include <vector>

#include "cli/transfer/pull_target.h"
#include "storage/base/file_system.h"

namespace banyan::cli {

struct FolderReport {
  std::vector<std::string> missing;  // of the revision, not in the folder
  std::vector<std::string> changed;  // in both, with other content, or no file in the folder
  std::vector<std::string> extra;    // in the folder only
  std::uint64_t same_files = 0;
  std::uint64_t same_bytes = 0;

  bool IsSame() const { return missing.empty() && changed.empty(); }
};

// Called after each piece of a file was hashed; an error ends the check.
using CheckProgress = std::function<Status(std::uint64_t bytes)>;

// `files` in path order. NotFound when there is no such folder; a file that cannot be read is an
// error, not a difference.
Result<FolderReport> CheckFolder(FileSystem& fs, const std::string& folder,
                                 const std::vector<PullFile>& files, const CheckProgress& progress);

}  // namespace banyan::cli
