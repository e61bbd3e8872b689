#pragma once
// Gives space of a cache back: revisions that nobody names any more, and what belongs to none.
//
// 1. A blob goes only when no revision that stays has a file with it.
// 2. A revision vanishes as a whole: its folder gets another name before anything in it goes, and
//    its refs went before that. A kill in between leaves strays for the next run.
// 3. Strays and unfinished downloads may belong to a client that is at work, so they stay for a
//    day. Repositories that a pull works on are passed over.

#include <string>
#include <vector>

#include "cli/transfer/hub_cache.h"

namespace banyan::cli {

struct PruneRequest {
  std::vector<std::string> names;  // only these repositories; empty: all
  std::int64_t older_than_ms = 0;  // only what was pulled so long ago
  bool referenced = false;         // revisions that a ref names, too
  bool dry_run = false;
};

struct PrunedRevision {
  std::string repository;
  std::string commit;
  std::uint64_t bytes = 0;  // what its files took; other revisions may still need some of them
};

struct PruneReport {
  std::vector<PrunedRevision> revisions;
  std::uint64_t stray_files = 0;       // blobs of no revision
  std::uint64_t unfinished_files = 0;  // left by interrupted pulls
  std::uint64_t freed_bytes = 0;       // exact, also in a dry run
  std::vector<std::string> busy;       // repositories that were passed over
};

// NotFound when a named repository is not in the cache.
Result<PruneReport> PruneCache(FileSystem& fs, const std::string& cache,
                               const PruneRequest& request, std::int64_t now_ms);

}  // namespace banyan::cli
