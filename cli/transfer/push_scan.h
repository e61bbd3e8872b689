#pragma once
// What a folder would push: every file's SHA-256 and chunk list. Hashing is kept in a file of the
// user's cache by path, size and times, so that a push that was interrupted, or one after a small
// change, reads again only what changed.
//
// Kept is only what was last changed some seconds before it was read, and not while it was: a
// change within one step of the clock that gives files their times does not show.

#include <atomic>
#include <string>
#include <vector>

#include "cli/transfer/local_files.h"
#include "storage/base/glob.h"
#include "storage/content/file_offer.h"

namespace banyan::cli {

struct ScannedFile {
  LocalFile local;
  storage::OfferedFile offer;
};

struct ScanRequest {
  std::string folder;
  PathFilter filter;
  std::string memory_path;    // where the hashes are kept; empty: nowhere
  std::int64_t now_ms = 0;    // Unix time; 0: none are kept
  bool follow_links = false;  // also those that lead out of the folder
  int threads = 2;
  OnLeftOut on_left_out = nullptr;  // of what the filter names
};

// Fails with Invalid for names that a repository cannot hold and links out of the folder, before
// anything is hashed. `hashed` counts bytes for the progress line.
Result<std::vector<ScannedFile>> ScanFolder(FileSystem& fs, const ScanRequest& request,
                                            const std::atomic<bool>& cancelled,
                                            std::atomic<std::uint64_t>& hashed_bytes);

// The file as it is now: SHA-256 and canonical chunk list.
Result<storage::OfferedFile> ScanFile(FileSystem& fs, const std::string& path,
                                      const std::atomic<bool>& cancelled,
                                      std::atomic<std::uint64_t>& hashed_bytes);

}  // namespace banyan::cli
