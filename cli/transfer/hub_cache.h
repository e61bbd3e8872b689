#pragma once
// What lies in a cache of the shape that Hugging Face clients read (cli/transfer/cache_target.cc):
// for each repository its revisions, and the blobs that they share.

#include <map>
#include <string>
#include <vector>

#include "cli/transfer/chunk_sources.h"
#include "storage/base/file_system.h"
#include "storage/base/repository_name.h"

namespace banyan::cli {

inline constexpr std::string_view kCachePartEnding = ".banyan-part";

struct CachedRevision {
  std::string commit;
  std::map<std::string, std::string> paths;  // of its files that are links -> names of their blobs
  std::vector<std::string> refs;             // names that stand for it
  std::vector<std::string> blobs;            // in byte order, each once
  std::vector<std::string> missing;          // its files whose blob is not there
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;       // what its files take, each blob once
  std::int64_t modified_ms = 0;  // when it was last pulled
};

struct CachedBlob {
  std::uint64_t size_bytes = 0;
  std::int64_t modified_ms = 0;
};

struct CachedRepository {
  std::string folder;  // "models--alice--tiny"
  std::string name;    // "alice/tiny", "datasets/alice/words"
  std::vector<CachedRevision> revisions;
  std::map<std::string, CachedBlob> blobs;       // by name
  std::map<std::string, CachedBlob> unfinished;  // what interrupted pulls of ours left, by name

  // What all of it takes on the disk.
  std::uint64_t Bytes() const;
};

// "models--alice--tiny".
std::string CacheFolder(const storage::RepositoryId& id);
// In byte order of folders; nothing when there is no such cache. Files of other kinds are passed
// over.
Result<std::vector<CachedRepository>> ListCache(FileSystem& fs, const std::string& cache);
Result<CachedRepository> ReadCachedRepository(FileSystem& fs, const std::string& cache,
                                              const std::string& folder);
// What may have chunks of a repository's files: the blobs that its revisions name. Empty when the
// cache does not have it, or cannot be read.
std::vector<ChunkSource> CachedSources(FileSystem& fs, const std::string& cache,
                                       const storage::RepositoryId& id);
// Where pulls keep the lock of a repository (LockTarget); its directory is made.
Result<std::string> CacheLockPath(FileSystem& fs, const std::string& cache,
                                  const std::string& folder);

}  // namespace banyan::cli
