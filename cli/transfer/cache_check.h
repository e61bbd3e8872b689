#pragma once
// Is every file of a cache still what its name says? Blobs are named by content: by SHA-256, or,
// for small files, by git's blob id.

#include <functional>
#include <string>
#include <vector>

#include "cli/transfer/folder_check.h"
#include "cli/transfer/hub_cache.h"

namespace banyan::cli {

struct CacheDamage {
  std::string repository;
  std::string blob;                  // its name; empty when files lack theirs
  std::vector<std::string> commits;  // the revisions that have it
  std::string what;                  // "has other bytes", "is missing: PATH"
};

struct CacheReport {
  std::uint64_t blobs = 0;    // that were read and are right
  std::uint64_t bytes = 0;    // of them
  std::uint64_t unknown = 0;  // whose name says nothing about the content
  std::vector<CacheDamage> damage;
};

// `repair` removes damaged blobs, so that the next pull fetches them again. NotFound when a named
// repository is not in the cache.
struct CacheCheck {
  std::vector<std::string> names;  // only these repositories; empty: all
  bool repair = false;
};
Result<CacheReport> CheckCache(FileSystem& fs, const std::string& cache, const CacheCheck& check,
                               const CheckProgress& progress);

}  // namespace banyan::cli
