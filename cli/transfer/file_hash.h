#pragma once
// A local file's digests, in one pass and bounded memory.

#include <functional>
#include <string>

#include "storage/base/file_system.h"
#include "storage/content/chunk.h"

namespace banyan::cli {

struct FileHashes {
  Sha256 sha256;
  FileHash file_hash;
  std::uint64_t size_bytes = 0;
  std::uint64_t chunk_count = 0;
};

// Called once per chunk, in order, on the calling thread.
using ChunkSink = std::function<Status(const storage::ChunkRef& chunk)>;

// SHA-256 runs beside the cutting, on a thread of its own. Fails with the sink's error, or as
// FileSystem does; Invalid for a directory.
Result<FileHashes> HashFileAt(FileSystem& fs, const std::string& path, const ChunkSink& on_chunk);

}  // namespace banyan::cli
