#pragma once
// Backup of a running store to a directory, and restore from one (storage/content/FORMAT.md section
// 10).
//
// A backup directory holds one complete backup: a data directory as it could have been at one
// moment. Backing up to it again copies the content that is new; the catalog, which is small beside
// it, and open packs of less than 4 MiB each time. Larger ones are sealed first, unless a writer
// has them. The new backup takes the place of the
// old one in a single rename, after all of it is durable: whatever interrupts it, the old one is
// complete until then. Meanwhile the directory holds both catalogs and the packs of both.

#include <atomic>
#include <string>
#include <vector>

#include "storage/content/local_content_store.h"

namespace banyan::storage {

struct BackupOptions {
  std::string target;                    // made if absent; an earlier backup of the same store
  std::vector<std::string> extra_files;  // names in the data directory, such as key files
  const std::atomic<bool>* cancelled = nullptr;  // looked at every few megabytes
};
struct BackupReport {
  std::uint64_t packs_copied = 0;
  std::uint64_t packs_kept = 0;
  std::uint64_t bytes_copied = 0;  // of packs, catalog and extra files
};
// Uploads, commits and downloads go on meanwhile; collection waits. Invalid when the target's
// backup.json is none of ours, Conflict when the target holds anything else. Cancelled leaves what
// the next run goes on with.
Result<BackupReport> Backup(LocalContentStore& store, const BackupOptions& options);

// Copies a complete backup into `target`, which must be absent or empty (Conflict otherwise), and
// checks the catalog's integrity. Invalid when the source holds no complete backup. `target` is a
// data directory once catalog.db is there, which comes last: remove what an interrupted restore
// left and start again. Verify content with Scrub afterwards. `vfs` as for Database::Open.
Status Restore(FileSystem& fs, const std::string& source, const std::string& target,
               const std::string& vfs = "");

}  // namespace banyan::storage
