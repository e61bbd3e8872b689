#include "storage/content/chunk_batch.h"

#include <algorithm>

namespace banyan::storage {
namespace {

constexpr std::string_view kMagic = "BNYC";
constexpr std::uint8_t kVersion = 0;
constexpr std::size_t kHeadBytes = 9;  // magic 4, version 1, count u32
constexpr std::size_t kEntryBytes = 8;

}  // namespace

std::uint64_t BatchTableBytes(std::size_t count) { return kHeadBytes + count * kEntryBytes; }

// Entry: stored bytes u24, encoding u8, raw bytes u24, zero u8.
Bytes EncodeBatchTable(std::span<const BatchEntry> entries) {
  ByteWriter out;
  out.Raw(AsBytes(kMagic));
  out.U8(kVersion);
  out.Le(static_cast<std::uint32_t>(entries.size()));
  for (const BatchEntry& entry : entries) {
    out.Le(entry.stored_bytes | static_cast<std::uint32_t>(entry.encoding) << 24);
    out.Le(entry.raw_bytes);
  }
  return out.Take();
}

Result<std::vector<BatchEntry>> ParseBatchTable(ByteView bytes) {
  ByteReader in(bytes);
  if (AsText(in.Raw(kMagic.size())) != kMagic || in.U8() != kVersion) {
    return Error(Errc::Invalid, "chunk batch: wrong magic or version");
  }
  const std::uint32_t count = in.Le<std::uint32_t>();
  if (!in.ok()) return Error(Errc::Invalid, "chunk batch: the table is cut short");
  if (count > kMaxBatchChunks) return Error(Errc::TooLarge, "chunk batch: too many chunks");
  std::vector<BatchEntry> entries;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t stored = in.Le<std::uint32_t>();
    BatchEntry entry{stored & 0xffffff, in.Le<std::uint32_t>(),
                     static_cast<Encoding>(stored >> 24)};
    if (!in.ok()) return Error(Errc::Invalid, "chunk batch: the table is cut short");
    const bool sized = entry.raw_bytes >= 1 && entry.raw_bytes <= kMaxChunkBytes &&
                       entry.stored_bytes >= 1 && entry.stored_bytes <= entry.raw_bytes;
    if (!sized || (stored >> 24) >= kEncodingCount) {
      return Error(Errc::Invalid, "chunk batch: impossible size or unknown encoding");
    }
    entries.push_back(entry);
  }
  return entries;
}

bool IsTableOf(std::span<const BatchEntry> table, std::span<const ChunkRef> chunks) {
  const auto is_of = [](const BatchEntry& entry, const ChunkRef& chunk) {
    return entry.raw_bytes == chunk.size_bytes;
  };
  return std::ranges::equal(table, chunks, is_of);
}

PayloadRange FindPayloads(std::span<const BatchEntry> table, std::size_t first, std::size_t end) {
  PayloadRange range{BatchTableBytes(table.size()), 0};
  for (std::size_t i = 0; i < end; ++i) {
    (i < first ? range.offset : range.size_bytes) += table[i].stored_bytes;
  }
  return range;
}

}  // namespace banyan::storage
