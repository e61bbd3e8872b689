#pragma once
// Which content files were found to have, by their sizes and times, so that a file that nobody
// changed since is not hashed again.
//
// What is remembered must be such that every later change shows. Who changes a file while it is
// hashed, or again within one step of the clock that gives files their times, may leave other
// content under the size and time that were seen. So only what was settled before it was read or
// shown, and looked the same after that, is remembered: its time was past by that clock. The clock
// is asked with a file of ours, for its steps may be seconds, and it may be another machine's. What
// is not remembered is hashed again the next time.
//
// Not noticed is who puts size and time back, or another file with the same ones in its place.
// Inodes are not compared: some file systems change them, and a folder that was copied with its
// times is still known. `banyan verify` hashes everything.

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "cli/transfer/local_files.h"
#include "storage/base/digest.h"
#include "storage/base/file_system.h"
#include "storage/base/mutex.h"

namespace banyan::cli {

// Thread safe. Of files below one folder; kept in one file of the same file system,
// {path: {"size", "modified_ns", "sha256"}}, whose folder exists.
class VerifiedFiles {
 public:
  // Reads what was kept; an absent or damaged file is empty: it is only a saving.
  VerifiedFiles(FileSystem& fs, std::string folder, std::string kept_in);

  // The SHA-256 of the file at a path of the folder, where there is now what `there` says. Hashes
  // it unless that is what was hashed before.
  Result<Sha256> Hash(const std::string& path, const Occupant& there) EXCLUDES(mutex_);
  // The file at a whole path; nullopt while its time is not past, so that its next change might
  // not show, when it is none, and when the disk does not tell.
  std::optional<Occupant> FindSettled(const std::string& whole_path) EXCLUDES(mutex_);
  // It has this content, if it is still the file that was settled before the content was read, or
  // before it got this path; else nothing is known of it any more.
  void Remember(const std::string& path, const std::optional<Occupant>& settled,
                const Sha256& content) EXCLUDES(mutex_);
  bool Knows(const std::string& path) EXCLUDES(mutex_);
  // What nobody changed since.
  std::map<std::string, Sha256> Unchanged() EXCLUDES(mutex_);
  // Durable; what was changed since is forgotten.
  Status Save() EXCLUDES(mutex_);

 private:
  struct Seen {
    std::uint64_t size_bytes = 0;
    std::int64_t modified_ns = 0;
    Sha256 content;
    bool IsStill(const Occupant& there) const {
      return there == Occupant{Occupant::Kind::File, size_bytes, modified_ns};
    }
  };
  void Load() EXCLUDES(mutex_);
  Result<std::int64_t> AskClockOfFiles() const REQUIRES(mutex_);

  FileSystem& fs_;
  const std::string folder_;
  const std::string kept_in_;
  Mutex mutex_;
  std::map<std::string, Seen> seen_ GUARDED_BY(mutex_);
  std::int64_t past_before_ns_ GUARDED_BY(mutex_) = 0;  // by the clock of files
};

}  // namespace banyan::cli
