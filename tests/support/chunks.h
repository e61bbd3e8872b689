#pragma once
// Cutting test data and making batches of it.

#include <algorithm>
#include <vector>

#include "storage/content/chunk_batch.h"
#include "storage/content/chunker.h"
#include "tests/support/must.h"

namespace banyan::tests {

inline storage::ChunkList Cut(ByteView data) {
  storage::ChunkList chunks;
  storage::Chunker chunker([&](ByteView chunk) {
    chunks.push_back({storage::HashChunk(chunk), static_cast<std::uint32_t>(chunk.size())});
    return Ok();
  });
  MUST(chunker.Feed(data));
  MUST(chunker.Finish());
  return chunks;
}

// Into chunks of this size, as no chunker does.
inline storage::ChunkList CutEvenly(ByteView data, std::size_t size_bytes) {
  storage::ChunkList chunks;
  while (!data.empty()) {
    const auto next = data.first(std::min(data.size(), size_bytes));
    chunks.push_back({storage::HashChunk(next), static_cast<std::uint32_t>(next.size())});
    data = data.subspan(next.size());
  }
  return chunks;
}

// A batch of the flagged chunks of `data`, raw.
inline Bytes Batch(ByteView data, const storage::ChunkList& chunks,
                   const std::vector<bool>& wanted) {
  std::vector<storage::BatchEntry> entries;
  Bytes payloads;
  std::size_t at = 0;
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    const std::uint32_t size = chunks[i].size_bytes;
    if (wanted[i]) {
      entries.push_back({size, size, storage::Encoding::Raw});
      const auto part = data.subspan(at, size);
      payloads.insert(payloads.end(), part.begin(), part.end());
    }
    at += size;
  }
  Bytes batch = storage::EncodeBatchTable(entries);
  batch.insert(batch.end(), payloads.begin(), payloads.end());
  return batch;
}

}  // namespace banyan::tests
