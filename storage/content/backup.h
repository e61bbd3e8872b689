#pragma once
// Backup of a running store to a directory, and restore from one (storage/content/FORMAT.md section
// 10).
//
// A backup directory holds a data directory as it could have been at one moment: catalog.db,
// packs/, the named key files, and backup.json, written last and durably: without it the backup is
// incomplete and Restore refuses it. Backing up to the same directory again copies only what is
// new, and removes what is gone only after the new catalog is in place.

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
  std::uint64_t bytes_copied = 0;
};
// Uploads, commits and downloads go on meanwhile; collection waits. Cancelled leaves an incomplete
// backup that the next run goes on with.
Result<BackupReport> Backup(LocalContentStore& store, const BackupOptions& options);

// Copies a complete backup into `target`, which must be absent or empty (Conflict otherwise), and
// checks the catalog's integrity. Verify content with Scrub afterwards.
Status Restore(FileSystem& fs, const std::string& source, const std::string& target);

}  // namespace banyan::storage
