#include "storage/content/file_offer.h"

namespace banyan::storage {
namespace {

constexpr std::string_view kMagic = "BNYO";
constexpr std::uint8_t kVersion = 0;

Result<ChunkRef> ReadChunk(ByteReader& in) {
  ChunkRef chunk;
  const ByteView id = in.Raw(ChunkId::kSize);
  const ByteView size = in.Raw(3);
  if (!in.ok()) return Error(Errc::Invalid, "file offer: cut short");
  chunk.id = ChunkId::FromRaw(id);
  chunk.size_bytes = static_cast<std::uint32_t>(size[0]) |
                     static_cast<std::uint32_t>(size[1]) << 8 |
                     static_cast<std::uint32_t>(size[2]) << 16;
  if (chunk.size_bytes == 0 || chunk.size_bytes > kMaxChunkBytes) {
    return Error(Errc::Invalid, "file offer: impossible chunk size");
  }
  return chunk;
}

Result<OfferedFile> ReadFileEntry(ByteReader& in, std::size_t& chunks_left) {
  OfferedFile file;
  const ByteView sha256 = in.Raw(Sha256::kSize);
  file.size_bytes = in.Le<std::uint64_t>();
  const std::uint32_t count = in.Le<std::uint32_t>();
  if (!in.ok()) return Error(Errc::Invalid, "file offer: cut short");
  file.sha256 = Sha256::FromRaw(sha256);
  if (count > chunks_left) return Error(Errc::TooLarge, "file offer: too many chunks");
  if (std::uint64_t{count} * 35 > in.remaining()) {
    return Error(Errc::Invalid, "file offer: cut short");
  }
  chunks_left -= count;
  std::uint64_t total = 0;
  file.chunks.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    file.chunks.push_back(TRY(ReadChunk(in)));
    total += file.chunks.back().size_bytes;
  }
  if (total != file.size_bytes) {
    return Error(Errc::Invalid, "file offer: chunk sizes do not add up to the file's size");
  }
  return file;
}

}  // namespace

// magic 4, version 1, count u32; per file: SHA-256 32, size u64, chunks u32, then per chunk its
// raw id 32 and size u24.
Bytes EncodeOffer(std::span<const OfferedFile> files) {
  ByteWriter out;
  out.Raw(AsBytes(kMagic));
  out.U8(kVersion);
  out.Le(static_cast<std::uint32_t>(files.size()));
  for (const OfferedFile& file : files) {
    out.Raw(file.sha256.bytes());
    out.Le(file.size_bytes);
    out.Le(static_cast<std::uint32_t>(file.chunks.size()));
    for (const ChunkRef& chunk : file.chunks) {
      out.Raw(chunk.id.bytes());
      std::uint8_t size[4];
      StoreLe(size, chunk.size_bytes);
      out.Raw({size, 3});
    }
  }
  return out.Take();
}

Result<std::vector<OfferedFile>> ParseOffer(ByteView bytes) {
  ByteReader in(bytes);
  if (AsText(in.Raw(kMagic.size())) != kMagic || in.U8() != kVersion) {
    return Error(Errc::Invalid, "file offer: wrong magic or version");
  }
  const std::uint32_t count = in.Le<std::uint32_t>();
  if (count > kMaxOfferFiles) return Error(Errc::TooLarge, "file offer: too many files");
  std::size_t chunks_left = kMaxOfferChunks;
  std::vector<OfferedFile> files;
  for (std::uint32_t i = 0; i < count; ++i) files.push_back(TRY(ReadFileEntry(in, chunks_left)));
  if (!in.AtEnd()) return Error(Errc::Invalid, "file offer: bytes after the last file");
  return files;
}

Bytes EncodeBitmap(const std::vector<bool>& bits) {
  Bytes out((bits.size() + 7) / 8);
  for (std::size_t i = 0; i < bits.size(); ++i) {
    if (bits[i]) out[i / 8] = static_cast<std::uint8_t>(out[i / 8] | 1u << (i % 8));
  }
  return out;
}

Result<std::vector<bool>> ParseBitmap(ByteView bytes, std::size_t count) {
  if (bytes.size() != (count + 7) / 8) return Error(Errc::Invalid, "bitmap: wrong size");
  std::vector<bool> bits(count);
  for (std::size_t i = 0; i < count; ++i) bits[i] = (bytes[i / 8] >> (i % 8) & 1) != 0;
  return bits;
}

}  // namespace banyan::storage
