#include "storage/xet/xorb_format.h"

#include <algorithm>
#include <utility>

#include "storage/content/byte_planes.h"

namespace banyan::storage {
namespace {

constexpr std::string_view kFooterTag = "XETBLOB";

std::uint32_t LoadU24(const std::uint8_t* at) {
  return std::uint32_t{at[0]} | std::uint32_t{at[1]} << 8 | std::uint32_t{at[2]} << 16;
}

void StoreU24(std::uint8_t* at, std::uint32_t value) {
  for (unsigned i = 0; i < 3; ++i) at[i] = static_cast<std::uint8_t>(value >> 8 * i);
}

}  // namespace

std::array<std::uint8_t, kXorbHeadBytes> EncodeXorbHead(const XorbHead& head) {
  std::array<std::uint8_t, kXorbHeadBytes> bytes{};
  StoreU24(&bytes[1], head.stored_bytes);
  bytes[4] = static_cast<std::uint8_t>(head.scheme);
  StoreU24(&bytes[5], head.raw_bytes);
  return bytes;
}

Result<XorbHead> ParseXorbHead(ByteView bytes) {
  ENSURE(bytes.size() == kXorbHeadBytes);
  const XorbHead head{LoadU24(&bytes[1]), LoadU24(&bytes[5]), static_cast<XorbScheme>(bytes[4])};
  if (bytes[0] != 0) return Error(Errc::Invalid, "xorb: a record of an unknown version");
  if (head.scheme > XorbScheme::GroupedLz4) {
    return Error(Errc::Invalid,
                 "xorb: compression scheme " + std::to_string(bytes[4]) + " is not known here");
  }
  const bool fits = head.raw_bytes > 0 && head.raw_bytes <= kMaxChunkBytes &&
                    head.stored_bytes > 0 && head.stored_bytes <= kMaxXorbPayloadBytes &&
                    (head.scheme != XorbScheme::None || head.stored_bytes == head.raw_bytes);
  if (!fits) return Error(Errc::Invalid, "xorb: a chunk has an impossible size");
  return head;
}

std::uint64_t RawBytesOf(std::span<const ChunkRef> chunks) {
  std::uint64_t bytes = 0;
  for (const ChunkRef& chunk : chunks) bytes += chunk.size_bytes;
  return bytes;
}

// The next `size` bytes, or all that are left; valid until the next call.
Result<ByteView> XorbReader::Take(std::size_t size) {
  if (buffer_.empty()) buffer_.resize(kXorbHeadBytes + 2 * kMaxXorbPayloadBytes);
  if (buffer_.size() - from_ < size) {
    std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(from_),
              buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
    end_ -= std::exchange(from_, 0);
  }
  while (end_ - from_ < size) {
    const std::size_t got = TRY(read_(std::span(buffer_).subspan(end_)));
    if (got == 0) break;
    end_ += got;
  }
  const auto taken = ByteView(buffer_).subspan(from_, std::min(size, end_ - from_));
  from_ += taken.size();
  return taken;
}

Result<std::optional<ByteView>> XorbReader::Next() {
  const auto bytes = TRY(Take(kXorbHeadBytes));
  if (bytes.empty()) return std::optional<ByteView>();
  if (bytes.size() == kXorbHeadBytes && AsText(bytes).starts_with(kFooterTag)) {
    TRY(SkipFooter());
    return std::optional<ByteView>();
  }
  const Error cut_short(Errc::Invalid, "xorb: the body ends inside a chunk");
  if (bytes.size() < kXorbHeadBytes) return cut_short;
  const XorbHead head = TRY(ParseXorbHead(bytes));
  if (++chunks_ > kMaxXorbChunks) {
    return Error(Errc::TooLarge, "xorb: more than 8,192 chunks");
  }
  const auto payload = TRY(Take(head.stored_bytes));
  if (payload.size() < head.stored_bytes) return cut_short;
  return std::optional(TRY(Decode(head, payload)));
}

Result<ByteView> XorbReader::Decode(const XorbHead& head, ByteView payload) {
  if (head.scheme == XorbScheme::None) return payload;
  raw_.resize(head.raw_bytes);
  if (head.scheme == XorbScheme::Lz4) {
    TRY(lz4_.Decode(payload, raw_));
    return ByteView(raw_);
  }
  planes_.resize(head.raw_bytes);
  TRY(lz4_.Decode(payload, planes_));
  std::array<ByteView, kMaxPlanes> planes;
  ByteView left(planes_);
  for (std::size_t g = 0; g < planes.size(); ++g) {
    planes[g] = left.first(PlaneSize(raw_.size(), planes.size(), g));
    left = left.subspan(planes[g].size());
  }
  JoinPlanes(planes, raw_);
  return ByteView(raw_);
}

// The caller bounds the body.
Status XorbReader::SkipFooter() {
  while (!TRY(Take(kMaxXorbPayloadBytes)).empty()) {
  }
  return Ok();
}

}  // namespace banyan::storage
