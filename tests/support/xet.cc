#include "tests/support/xet.h"

#include <lz4frame.h>

#include <algorithm>
#include <memory>

namespace banyan::tests {
namespace {

using storage::ChunkList;
using storage::XorbScheme;

void WriteU24(ByteWriter& out, std::size_t value) {
  for (unsigned i = 0; i < 3; ++i) out.U8(static_cast<std::uint8_t>(value >> 8 * i));
}

Bytes Grouped(ByteView raw) {
  Bytes out;
  for (std::size_t g = 0; g < 4; ++g) {
    for (std::size_t i = g; i < raw.size(); i += 4) out.push_back(raw[i]);
  }
  return out;
}

Bytes Bookend() {
  Bytes bookend(48);
  std::fill(bookend.begin(), bookend.begin() + 32, std::uint8_t{0xFF});
  return bookend;
}

void WriteFile(const storage::ShardFile& file, ByteWriter& out) {
  out.Raw(file.hash.bytes());
  out.Le(std::uint32_t{0xC0000000});
  out.Le(static_cast<std::uint32_t>(file.terms.size()));
  out.Le(std::uint64_t{0});
  for (const auto& term : file.terms) {
    out.Raw(term.xorb.bytes());
    for (const std::uint32_t field : {0u, term.raw_bytes, term.first, term.end}) out.Le(field);
  }
  for (const auto& term : file.terms) {
    out.Raw(term.range_hash.bytes());
    out.Raw(Bytes(16));
  }
  Bytes digest(file.sha256.bytes().begin(), file.sha256.bytes().end());
  for (auto at = digest.begin(); at != digest.end(); at += 8) std::reverse(at, at + 8);
  out.Raw(digest);
  out.Raw(Bytes(16));
}

void WriteXorb(const storage::ShownXorb& xorb, ByteWriter& out) {
  std::uint32_t raw_bytes = 0;
  for (const auto& chunk : xorb.chunks) raw_bytes += chunk.size_bytes;
  out.Raw(xorb.hash.bytes());
  out.Le(std::uint32_t{0});
  out.Le(static_cast<std::uint32_t>(xorb.chunks.size()));
  out.Le(raw_bytes);
  out.Le(std::uint32_t{0});
  std::uint32_t offset = 0;
  for (const auto& chunk : xorb.chunks) {
    out.Raw(chunk.id.bytes());
    for (const std::uint32_t field : {offset, chunk.size_bytes, 0u, 0u}) out.Le(field);
    offset += chunk.size_bytes;
  }
}

}  // namespace

Bytes Lz4Frame(ByteView raw) {
  LZ4F_preferences_t options{};
  options.frameInfo.blockMode = LZ4F_blockIndependent;
  options.frameInfo.blockSizeID = LZ4F_max64KB;
  Bytes frame(LZ4F_compressFrameBound(raw.size(), &options));
  frame.resize(LZ4F_compressFrame(frame.data(), frame.size(), raw.data(), raw.size(), &options));
  return frame;
}

Bytes XorbBody(ByteView data, const ChunkList& chunks, XorbScheme scheme) {
  ByteWriter out;
  for (const auto& chunk : chunks) {
    const ByteView raw = data.first(chunk.size_bytes);
    data = data.subspan(chunk.size_bytes);
    Bytes payload(raw.begin(), raw.end());
    if (scheme == XorbScheme::Lz4) payload = Lz4Frame(raw);
    if (scheme == XorbScheme::GroupedLz4) payload = Lz4Frame(Grouped(raw));
    out.U8(0);
    WriteU24(out, payload.size());
    out.U8(static_cast<std::uint8_t>(scheme));
    WriteU24(out, raw.size());
    out.Raw(payload);
  }
  return out.Take();
}

Bytes XorbFooter(const ChunkList& chunks) {
  const auto count = static_cast<std::uint32_t>(chunks.size());
  ByteWriter out;
  out.Raw(AsBytes("XETBLOB"));
  out.U8(1);
  out.Raw(storage::HashXorb(chunks).bytes());
  out.Raw(AsBytes("XBLBHSH"));
  out.U8(0);
  out.Le(count);
  for (const auto& chunk : chunks) out.Raw(chunk.id.bytes());
  out.Raw(AsBytes("XBLBBND"));
  out.U8(1);
  out.Le(count);
  out.Raw(Bytes(std::size_t{8} * count));  // where they end, which nobody believes
  out.Le(count);
  out.Le(52 + 40 * count);
  out.Le(40 + 8 * count);
  out.Raw(Bytes(16));
  out.Le(92 + 40 * count);
  return out.Take();
}

Bytes ShardBody(const ShardParts& parts, ShardFooter footer) {
  ByteWriter out;
  out.Raw(AsBytes("HFRepoMetaData"));
  for (const int byte :
       {0, 85, 105, 103, 69, 106, 123, 129, 87, 131, 165, 189, 217, 92, 205, 209, 74, 169}) {
    out.U8(static_cast<std::uint8_t>(byte));
  }
  out.Le(std::uint64_t{2});
  out.Le(footer == ShardFooter::Present ? std::uint64_t{200} : std::uint64_t{0});
  for (const auto& file : parts.files) WriteFile(file, out);
  out.Raw(Bookend());
  for (const auto& xorb : parts.xorbs) WriteXorb(xorb, out);
  out.Raw(Bookend());
  if (footer == ShardFooter::Present) out.Raw(Bytes(200));
  return out.Take();
}

storage::ShardFile WholeXorb(ByteView data, const ChunkList& chunks) {
  return {storage::HashFile(chunks),
          HashSha256(data),
          {{storage::HashXorb(chunks), static_cast<std::uint32_t>(data.size()), 0,
            static_cast<std::uint32_t>(chunks.size()), storage::HashRange(chunks)}}};
}

storage::ReadBytes InPieces(ByteView body, std::size_t piece) {
  return [left = std::make_shared<ByteView>(body),
          piece](std::span<std::uint8_t> out) -> Result<std::size_t> {
    const auto count = std::min({left->size(), out.size(), piece});
    std::copy_n(left->begin(), count, out.begin());
    *left = left->subspan(count);
    return count;
  };
}

}  // namespace banyan::tests
