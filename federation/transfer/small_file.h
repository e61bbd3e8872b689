#pragma once
// A small file as it travels in one piece (PROTOCOL.md section 7, POST /fed/f): its chunk list,
// then its chunks as one batch. Several come in one answer, each as an object of object_list.h.
// Pure functions.

#include "storage/content/chunk_batch.h"
#include "storage/content/outline.h"

namespace banyan::federation {

inline constexpr std::size_t kMaxFilesAsked = 1024;
inline constexpr std::uint64_t kSmallFileBytes = 64u << 10;  // larger ones come by sections

struct SmallFile {
  storage::ChunkList chunks;
  Bytes batch;  // storage/content/chunk_batch.h
};

// `data`: the table of the batch and its payloads.
Bytes EncodeSmallFile(const storage::ChunkList& chunks, ByteView data);
// Invalid unless the list is the whole list of this file, and the table one of its chunks. What the
// payloads are is for who stores them to see.
Result<SmallFile> ParseSmallFile(ByteView bytes, const storage::FileShape& file);

}  // namespace banyan::federation
