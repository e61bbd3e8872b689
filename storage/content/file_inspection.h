#pragma once
// A file's SHA-256, and whether its chunks are its canonical cut (storage/content/FORMAT.md section
// 1), from its bytes in order, as they come. Both take about as long: of a large file the digest is
// computed by a thread of its own.

#include <span>

#include "storage/base/digest.h"
#include "storage/base/queue_worker.h"
#include "storage/base/spare_memory.h"
#include "storage/content/chunker.h"

namespace banyan::storage {

// Used by one thread at a time. Borrows the chunks.
class FileInspection {
 public:
  explicit FileInspection(std::span<const ChunkRef> chunks);

  void Feed(ByteView bytes);
  std::uint64_t fed_bytes() const { return fed_bytes_; }

  struct Outcome {
    Sha256 sha256;
    bool is_canonical = false;
  };
  // Once, after all bytes.
  Outcome Finish();

 private:
  struct Block {
    SpareMemory::Memory memory;
    std::size_t size = 0;
  };
  void Hash(ByteView bytes);
  void HandOver();
  void EndChunk();

  const std::span<const ChunkRef> chunks_;
  Sha256Hasher hasher_;  // of the worker, once it is started
  SpareMemory spare_;
  Block block_;  // being filled for the worker
  QueueWorker<Block> worker_;
  CutScanner scanner_;
  std::uint64_t fed_bytes_ = 0;
  std::size_t chunk_ = 0;        // whose bytes come
  std::size_t chunk_bytes_ = 0;  // that came
  bool is_canonical_ = true;     // so far
};

}  // namespace banyan::storage
