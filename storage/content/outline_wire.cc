// The wire forms of storage/content/outline.h: magic, version and count, then records of fixed
// width.

#include <string>
#include <string_view>

#include "storage/content/outline.h"

namespace banyan::storage {
namespace {

constexpr std::string_view kOutlineMagic = "BNOL";
constexpr std::string_view kChunkListMagic = "BNCL";
constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kOutlineRecordBytes = ChunkId::kSize + 8 + 4;
constexpr std::size_t kChunkRecordBytes = ChunkId::kSize + 3;

void WriteHeader(ByteWriter& writer, std::string_view magic, std::size_t count) {
  ENSURE(count <= UINT32_MAX);
  writer.Raw(AsBytes(magic));
  writer.U8(kVersion);
  writer.Le(static_cast<std::uint32_t>(count));
}

struct Layout {
  std::string_view name;
  std::string_view magic;
  std::size_t record_bytes;
};

// Checks the header against the length that is there; the number of records.
Result<std::size_t> ReadHeader(ByteReader& reader, const Layout& layout, std::size_t max_count) {
  const auto invalid = [&](std::string_view what) {
    return Error(Errc::Invalid, std::string(layout.name) + ": " + std::string(what));
  };
  if (AsText(reader.Raw(layout.magic.size())) != layout.magic) return invalid("wrong magic");
  if (reader.U8() != kVersion) return invalid("unknown version");
  const std::size_t count = reader.Le<std::uint32_t>();
  if (!reader.ok()) return invalid("cut short");
  if (count > max_count) {
    return Error(Errc::TooLarge, std::string(layout.name) + ": more than " +
                                     std::to_string(max_count) + " records");
  }
  if (reader.remaining() != count * layout.record_bytes) return invalid("length and count differ");
  return count;
}

}  // namespace

Bytes EncodeOutline(const Outline& outline) {
  ByteWriter writer;
  WriteHeader(writer, kOutlineMagic, outline.sections.size());
  for (const auto& section : outline.sections) {
    ENSURE(section.chunk_count <= kMaxSectionChunks);
    writer.Raw(section.hash.bytes());
    writer.Le(section.size_bytes);
    writer.Le(static_cast<std::uint32_t>(section.chunk_count));
  }
  return writer.Take();
}

Result<Outline> ParseOutline(ByteView bytes, std::size_t max_sections) {
  ByteReader reader(bytes);
  const auto count =
      TRY(ReadHeader(reader, {"outline", kOutlineMagic, kOutlineRecordBytes}, max_sections));
  Outline outline;
  outline.sections.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    MerkleNode section;
    section.hash = ChunkId::FromRaw(reader.Raw(ChunkId::kSize));
    section.size_bytes = reader.Le<std::uint64_t>();
    section.chunk_count = reader.Le<std::uint32_t>();
    outline.sections.push_back(section);
  }
  if (!IsPlausible(outline)) return Error(Errc::Invalid, "outline: impossible count or size");
  return outline;
}

Bytes EncodeChunkList(std::span<const ChunkRef> chunks) {
  ByteWriter writer;
  WriteHeader(writer, kChunkListMagic, chunks.size());
  for (const auto& chunk : chunks) {
    ENSURE(IsPlausible(chunk));
    writer.Raw(chunk.id.bytes());
    writer.Le(static_cast<std::uint16_t>(chunk.size_bytes & 0xFFFF));
    writer.U8(static_cast<std::uint8_t>(chunk.size_bytes >> 16));
  }
  return writer.Take();
}

Result<ChunkList> ParseChunkList(ByteView bytes, std::size_t max_chunks) {
  ByteReader reader(bytes);
  const auto count =
      TRY(ReadHeader(reader, {"chunk list", kChunkListMagic, kChunkRecordBytes}, max_chunks));
  ChunkList chunks;
  chunks.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto id = ChunkId::FromRaw(reader.Raw(ChunkId::kSize));
    const std::uint32_t low = reader.Le<std::uint16_t>();
    const ChunkRef chunk = {id, low | std::uint32_t{reader.U8()} << 16};
    if (!IsPlausible(chunk)) return Error(Errc::Invalid, "chunk list: impossible chunk size");
    chunks.push_back(chunk);
  }
  return chunks;
}

}  // namespace banyan::storage
