#include "storage/content/pack_format.h"

#include "storage/content/merkle.h"

namespace banyan::storage {
namespace {

// Trailer, little-endian: magic 8, version u32, chunks u32, payload bytes u64, raw bytes u64,
// xorb hash 32, checksum 16 (SHA-256 of records and the trailer so far, cut).
constexpr std::string_view kMagic = "BNYNPACK";
constexpr std::uint32_t kVersion = 0;
constexpr std::size_t kChecksumBytes = 16;
constexpr std::uint8_t kDroppedFlag = 1;

void StoreLe24(std::uint8_t* at, std::uint32_t value) {
  at[0] = static_cast<std::uint8_t>(value);
  at[1] = static_cast<std::uint8_t>(value >> 8);
  at[2] = static_cast<std::uint8_t>(value >> 16);
}

std::uint32_t LoadLe24(const std::uint8_t* at) {
  return static_cast<std::uint32_t>(at[0]) | static_cast<std::uint32_t>(at[1]) << 8 |
         static_cast<std::uint32_t>(at[2]) << 16;
}

ChunkList RefsOf(std::span<const PackEntry> entries) {
  ChunkList refs;
  refs.reserve(entries.size());
  for (const PackEntry& entry : entries) refs.push_back({entry.id, entry.raw_bytes});
  return refs;
}

}  // namespace

// Record: chunk id 32, stored bytes u24, encoding u8, raw bytes u24, flags u8.
void AppendRecord(const PackEntry& entry, Bytes& out) {
  std::uint8_t tail[8];
  StoreLe24(tail, entry.stored_bytes);
  tail[3] = static_cast<std::uint8_t>(entry.encoding);
  StoreLe24(tail + 4, entry.raw_bytes);
  tail[7] = entry.dropped ? kDroppedFlag : 0;
  out.insert(out.end(), entry.id.data(), entry.id.data() + ChunkId::kSize);
  out.insert(out.end(), tail, tail + sizeof tail);
}

std::vector<PackEntry> ParseRecords(ByteView table, std::uint64_t payload_bytes) {
  std::vector<PackEntry> entries;
  std::uint64_t offset = 0;
  std::uint64_t raw_total = 0;
  for (; table.size() >= kChunkRecordBytes && entries.size() < kMaxPackChunks;
       table = table.subspan(kChunkRecordBytes)) {
    PackEntry entry;
    entry.id = ChunkId::FromRaw(table.first(32));
    entry.offset = static_cast<std::uint32_t>(offset);
    entry.stored_bytes = LoadLe24(table.data() + 32);
    entry.encoding = static_cast<Encoding>(table[35]);
    entry.raw_bytes = LoadLe24(table.data() + 36);
    entry.dropped = table[39] == kDroppedFlag;
    raw_total += entry.raw_bytes;
    const bool sized = entry.raw_bytes >= 1 && entry.raw_bytes <= kMaxChunkBytes &&
                       entry.stored_bytes <= entry.raw_bytes && raw_total <= kMaxPackRawBytes;
    const bool live = !entry.dropped && table[39] == 0 && entry.stored_bytes >= 1;
    offset += entry.stored_bytes;
    if (!sized || !(live || entry.dropped) || offset > payload_bytes) break;
    entries.push_back(entry);
  }
  return entries;
}

Bytes EncodeFooter(std::span<const PackEntry> entries) {
  ByteWriter out;
  std::uint64_t payload = 0;
  std::uint64_t raw = 0;
  Bytes records;
  records.reserve(entries.size() * kChunkRecordBytes);
  for (const PackEntry& entry : entries) {
    AppendRecord(entry, records);
    payload += entry.stored_bytes;
    raw += entry.raw_bytes;
  }
  out.Raw(records);
  out.Raw(AsBytes(kMagic));
  out.Le(kVersion);
  out.Le(static_cast<std::uint32_t>(entries.size()));
  out.Le(payload);
  out.Le(raw);
  out.Raw(HashXorb(RefsOf(entries)).bytes());
  out.Raw(HashSha256(out.bytes()).bytes().first(kChecksumBytes));
  return out.Take();
}

Result<FooterOrSize> ParseFooter(ByteView tail, std::uint64_t file_bytes) {
  const auto corrupt = [](const char* what) {
    return Error(Errc::Corrupt, std::string("pack footer: ") + what);
  };
  if (tail.size() < kPackTrailerBytes) return corrupt("the file is too short");
  ByteReader in(tail.last(kPackTrailerBytes));
  if (AsText(in.Raw(kMagic.size())) != kMagic) return corrupt("wrong magic");
  if (in.Le<std::uint32_t>() != kVersion) return corrupt("unknown version");
  const std::uint64_t count = in.Le<std::uint32_t>();
  const std::uint64_t payload = in.Le<std::uint64_t>();
  const std::uint64_t raw = in.Le<std::uint64_t>();
  const XorbHash xorb = XorbHash::FromRaw(in.Raw(XorbHash::kSize));
  const ByteView checksum = in.Raw(kChecksumBytes);
  if (count > kMaxPackChunks) return corrupt("too many chunks");
  const std::uint64_t footer_bytes = count * kChunkRecordBytes + kPackTrailerBytes;
  if (payload > kMaxPackRawBytes || payload + footer_bytes != file_bytes) {
    return corrupt("sizes do not add up");
  }
  if (tail.size() < footer_bytes) return FooterOrSize{{}, footer_bytes};
  const ByteView footer = tail.last(footer_bytes);
  const Sha256 computed = HashSha256(footer.first(footer_bytes - kChecksumBytes));
  if (!std::equal(checksum.begin(), checksum.end(), computed.data())) {
    return corrupt("checksum mismatch");
  }
  FooterOrSize out;
  out.entries = ParseRecords(footer.first(count * kChunkRecordBytes), payload);
  if (out.entries.size() != count) return corrupt("impossible chunk record");
  std::uint64_t raw_sum = 0;
  std::uint64_t payload_sum = 0;
  for (const PackEntry& entry : out.entries) {
    raw_sum += entry.raw_bytes;
    payload_sum += entry.stored_bytes;
  }
  if (raw_sum != raw || payload_sum != payload) return corrupt("sums differ from the records");
  if (HashXorb(RefsOf(out.entries)) != xorb) return corrupt("xorb hash differs from the records");
  return out;
}

}  // namespace banyan::storage
