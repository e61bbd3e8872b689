#pragma once
// A file's SHA-256, and whether its chunks are its canonical cut (storage/content/FORMAT.md section
// 1), from its bytes in order, as they come.

#include <span>

#include "storage/base/digest.h"
#include "storage/content/chunker.h"

namespace banyan::storage {

// Used by one thread at a time. Borrows the chunks.
class FileInspection {
 public:
  explicit FileInspection(std::span<const ChunkRef> chunks) : chunks_(chunks) {}

  void Feed(ByteView bytes);
  std::uint64_t fed_bytes() const { return fed_bytes_; }

  struct Outcome {
    Sha256 sha256;
    bool is_canonical = false;
  };
  // Once, after all bytes.
  Outcome Finish();

 private:
  void EndChunk();

  const std::span<const ChunkRef> chunks_;
  Sha256Hasher hasher_;
  CutScanner scanner_;
  std::uint64_t fed_bytes_ = 0;
  std::size_t chunk_ = 0;        // whose bytes come
  std::size_t chunk_bytes_ = 0;  // that came
  bool is_canonical_ = true;     // so far
};

}  // namespace banyan::storage
