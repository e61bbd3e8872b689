#pragma once
// Several encoded chunks on the wire (storage/content/FORMAT.md section 8): what a client uploads
// into a session and what /fed/f/<file>/data/<section> serves. A table of lengths, then the
// payloads, so that a reader who has the table can ask for any run by byte range. Ids do not
// travel: both sides know them from the chunk list, and the receiver hashes what it decodes.

#include <span>
#include <vector>

#include "storage/content/chunk_encoding.h"

namespace banyan::storage {

inline constexpr std::size_t kMaxBatchChunks = 8192;

struct BatchEntry {
  std::uint32_t stored_bytes = 0;  // of the payload; 1..raw_bytes
  std::uint32_t raw_bytes = 0;     // 1..kMaxChunkBytes
  Encoding encoding = Encoding::Raw;
  auto operator<=>(const BatchEntry&) const = default;
};

// Bytes before the first payload of a batch of `count` chunks.
std::uint64_t BatchTableBytes(std::size_t count);
Bytes EncodeBatchTable(std::span<const BatchEntry> entries);
// Parses a table at the start of `bytes`; what follows it is not looked at. Invalid when
// impossible, TooLarge past kMaxBatchChunks.
Result<std::vector<BatchEntry>> ParseBatchTable(ByteView bytes);

// Whether the table can be of a body of these chunks: as many, of these sizes.
bool IsTableOf(std::span<const BatchEntry> table, std::span<const ChunkRef> chunks);
// Where the payloads [first, end) are in a body with this table.
struct PayloadRange {
  std::uint64_t offset = 0;
  std::uint64_t size_bytes = 0;
};
PayloadRange FindPayloads(std::span<const BatchEntry> table, std::size_t first, std::size_t end);

}  // namespace banyan::storage
