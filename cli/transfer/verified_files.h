#pragma once
// Which content files were found to have, by their sizes and times, so that a file that nobody
// changed since is not hashed again.

#include <cstdint>
#include <map>
#include <string>

#include "cli/transfer/local_files.h"
#include "storage/base/digest.h"
#include "storage/base/file_system.h"
#include "storage/base/mutex.h"

namespace banyan::cli {

// Thread safe. Of files below one folder; kept in one file, {path: {"size", "modified", "sha256"}}.
class VerifiedFiles {
 public:
  // Reads what was kept; an absent or damaged file is empty: it is only a saving.
  VerifiedFiles(FileSystem& fs, std::string folder, std::string kept_in);

  // The SHA-256 of the file at a path of the folder, where there is now what `there` says. Hashes
  // it unless that is what was hashed before.
  Result<Sha256> Hash(const std::string& path, const Occupant& there) EXCLUDES(mutex_);
  // It was just written, and has this content.
  void Remember(const std::string& path, const Sha256& content) EXCLUDES(mutex_);
  bool Knows(const std::string& path) EXCLUDES(mutex_);
  // What nobody changed since.
  std::map<std::string, Sha256> Unchanged() EXCLUDES(mutex_);
  // Durable; what was changed since is forgotten.
  Status Save() EXCLUDES(mutex_);

 private:
  struct Seen {
    std::uint64_t size_bytes = 0;
    std::int64_t modified_ms = 0;
    Sha256 content;
    bool IsStill(const Occupant& there) const {
      return there == Occupant{Occupant::Kind::File, size_bytes, modified_ms};
    }
  };
  void Load() EXCLUDES(mutex_);

  FileSystem& fs_;
  const std::string folder_;
  const std::string kept_in_;
  Mutex mutex_;
  std::map<std::string, Seen> seen_ GUARDED_BY(mutex_);
};

}  // namespace banyan::cli
