#pragma once
// Re-reads what is stored and compares it with its names: every chunk of every pack at a set pace
// (Scrub), or one file from end to end (VerifyFile). Scrub records in the catalog what it finds, so
// that uploads store it anew; the packs stay as they are. What a node reads by itself, again and
// again: steady_scrub.h.

#include <atomic>
#include <functional>
#include <vector>

#include "storage/content/local_content_store.h"

namespace banyan::storage {

struct ScrubOptions {
  std::uint64_t bytes_per_second = 0;            // stored bytes; 0: as fast as the disk
  PackId after = 0;                              // go on after this pack: last_pack of a report
  const std::atomic<bool>* cancelled = nullptr;  // looked at between chunks
};

struct DamagedChunk {
  PackId pack = 0;
  std::uint32_t index = 0;
  ChunkId id;
  std::string reason;
  bool is_proven = false;  // other bytes were read; else they could not be read, which may pass
};

// A file that uses a damaged chunk.
struct DamagedFile {
  std::int64_t row = 0;
  Sha256 sha256;
  std::vector<std::string> repositories;  // that have it committed, such as "models/alice/tiny"
};

struct ScrubReport {
  std::vector<PackId> packs;  // read whole
  std::uint64_t chunks = 0;
  std::uint64_t stored_bytes = 0;
  PackId last_pack = 0;               // the last one read whole, where a later pass goes on
  bool complete = true;               // false: cancelled, packs after last_pack are left
  std::vector<DamagedChunk> damaged;  // index kNone: the whole pack is unreadable
  std::vector<DamagedFile> damaged_files;
};

// Packs are read in the order of their ids. One that a cancel cuts short is not counted.
Result<ScrubReport> Scrub(LocalContentStore& store, const ScrubOptions& options);

// Reads every chunk of `recipe` from the disk again, to the last, so that all damaged ones are
// known (Pack::Find does not give them any more); each once. Corrupt when there is one; the error
// of `progress`, which is asked before each, if there is one.
Status VerifyChunks(ContentCore& core, const Recipe& recipe,
                    const std::function<Status()>& progress = nullptr);

// Corrupt when the stored bytes give another SHA-256, file hash or size than recorded.
Status VerifyFile(ContentStore& store, const FileContent& file);

}  // namespace banyan::storage
