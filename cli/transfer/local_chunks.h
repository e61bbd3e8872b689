#pragma once
// Chunks that are already on this machine: in older revisions, in files at the destination, in
// files brought by hand. A pull takes from here what it can and asks the network for the rest.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "storage/base/file_system.h"
#include "storage/base/mutex.h"
#include "storage/content/chunk.h"

namespace banyan::cli {

// Thread safe. Files are cut and hashed when the first question is asked, not before; a file that
// changes or vanishes meanwhile is noticed, because every chunk is hashed again when it is used.
// Of the first files also what the pull itself replaces meanwhile still serves: they stay open.
class LocalChunks {
 public:
  explicit LocalChunks(FileSystem& fs) : fs_(fs) {}

  // A regular file that may hold wanted chunks. The same path twice counts once.
  void AddFile(const std::string& path);
  // The chunk's bytes, verified; nullopt when no file has it.
  std::optional<Bytes> Find(const storage::ChunkRef& chunk);
  // The chunks below a section node of an outline, when a local file has the same section: its
  // list need not travel.
  std::optional<storage::ChunkList> FindSection(const ChunkId& node_hash);

 private:
  struct Source {
    std::string path;
    std::shared_ptr<File> open;  // null when enough are: opened for each use then
  };
  struct Place {
    std::uint32_t source;
    std::uint64_t offset;
  };
  void IndexPending() REQUIRES(mutex_);
  Status IndexFile(const std::string& path) REQUIRES(mutex_);

  FileSystem& fs_;
  Mutex mutex_;
  std::vector<std::string> pending_ GUARDED_BY(mutex_);
  std::map<std::string, bool> known_ GUARDED_BY(mutex_);
  std::vector<Source> sources_ GUARDED_BY(mutex_);
  std::unordered_map<ChunkId, Place> places_ GUARDED_BY(mutex_);
  std::unordered_map<ChunkId, storage::ChunkList> sections_ GUARDED_BY(mutex_);
};

}  // namespace banyan::cli
