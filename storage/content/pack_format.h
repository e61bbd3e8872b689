#pragma once
// Exact bytes of packs (storage/content/FORMAT.md section 4): the 40-byte chunk record, used both
// in the table of an open pack and in the footer of a sealed one, and that footer. Pure functions.

#include <cstdint>
#include <span>
#include <vector>

#include "storage/content/chunk.h"
#include "storage/content/chunk_encoding.h"

namespace banyan::storage {

inline constexpr std::uint64_t kMaxPackRawBytes = 64u << 20;  // as a Xet xorb
inline constexpr std::size_t kMaxPackChunks = 8192;
inline constexpr std::size_t kChunkRecordBytes = 40;
inline constexpr std::size_t kPackTrailerBytes = 80;

// Where one chunk's payload is. A dropped chunk keeps its record, so that indices and the xorb
// hash stay; its payload is damaged (stored_bytes > 0) or gone (0).
struct PackEntry {
  ChunkId id;
  std::uint32_t offset = 0;  // in the pack file; the running sum of stored_bytes, not stored
  std::uint32_t stored_bytes = 0;
  std::uint32_t raw_bytes = 0;
  Encoding encoding = Encoding::Raw;
  bool dropped = false;
  auto operator<=>(const PackEntry&) const = default;
};

void AppendRecord(const PackEntry& entry, Bytes& out);
// Reads whole records and fills in offsets; stops at the first record that is impossible, or that
// would end past `payload_bytes`.
std::vector<PackEntry> ParseRecords(ByteView table, std::uint64_t payload_bytes);

// What follows the payloads of a sealed pack: the records, then the trailer.
Bytes EncodeFooter(std::span<const PackEntry> entries);

// The entries of a sealed pack. `tail` is the end of the file: at least the trailer; when it is
// too short to hold the records too, the result is the number of bytes needed (ask again).
// Corrupt when anything disagrees: magic, version, counts, sizes, checksum, xorb hash.
struct FooterOrSize {
  std::vector<PackEntry> entries;
  std::uint64_t needed_bytes = 0;  // 0: entries are complete
};
Result<FooterOrSize> ParseFooter(ByteView tail, std::uint64_t file_bytes);

}  // namespace banyan::storage
