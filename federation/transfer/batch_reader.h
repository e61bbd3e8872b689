#pragma once
// Reads the data body of a section as it arrives in pieces of any size: the table, then payloads,
// each decoded and hashed against the proven chunk list before it is handed on. Used by one thread.

#include <functional>
#include <utility>

#include "storage/content/chunk_batch.h"

namespace banyan::federation {

class BatchReader {
 public:
  // `place` gets each verified chunk's number in the section and its raw bytes.
  using Place = std::function<Status(std::size_t chunk, ByteView raw)>;
  BatchReader(const storage::ChunkList& chunks, Place place)
      : chunks_(chunks), place_(std::move(place)), end_(chunks.size()) {}

  // Corrupt when the table or a payload disagrees with the chunk list.
  Status Feed(ByteView piece);
  // After the table was read: the byte range of `count` payloads from chunk `first`, which the
  // next pieces hold.
  Result<std::pair<std::uint64_t, std::uint64_t>> StartRun(std::size_t first, std::size_t count);
  // Corrupt when the body or run ended early.
  Status Finish();

 private:
  Status ReadTable();
  Status TakePayload(ByteView payload);

  const storage::ChunkList& chunks_;
  const Place place_;
  std::vector<storage::BatchEntry> table_;
  Bytes pending_;  // an unfinished table or payload
  std::size_t next_ = 0;
  std::size_t end_;
  storage::ChunkDecoder decoder_;
  Bytes raw_;
};

}  // namespace banyan::federation
