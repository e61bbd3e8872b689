#include "storage/xet/xorb_format.h"

#include <algorithm>

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

Result<std::size_t> ReadFully(const ReadBytes& read, std::span<std::uint8_t> out) {
  std::size_t done = 0;
  while (done < out.size()) {
    const std::size_t got = TRY(read(out.subspan(done)));
    if (got == 0) break;
    done += got;
  }
  return done;
}

XorbReader::XorbReader(ReadBytes read) : read_(std::move(read)) {}

Result<std::optional<ByteView>> XorbReader::Next() {
  std::array<std::uint8_t, kXorbHeadBytes> bytes{};
  const std::size_t got = TRY(ReadFully(read_, bytes));
  if (got == 0) return std::optional<ByteView>();
  if (got == bytes.size() && AsText(bytes).starts_with(kFooterTag)) {
    TRY(SkipFooter());
    return std::optional<ByteView>();
  }
  const Error cut_short(Errc::Invalid, "xorb: the body ends inside a chunk");
  if (got < bytes.size()) return cut_short;
  const XorbHead head = TRY(ParseXorbHead(bytes));
  raw_bytes_ += head.raw_bytes;
  if (++chunks_ > kMaxXorbChunks || raw_bytes_ > kMaxXorbRawBytes) {
    return Error(Errc::TooLarge, "xorb: more than 8,192 chunks or 64 MiB");
  }
  payload_.resize(head.stored_bytes);
  if (TRY(ReadFully(read_, payload_)) < payload_.size()) return cut_short;
  TRY(Decode(head));
  return std::optional(ByteView(raw_));
}

Status XorbReader::Decode(const XorbHead& head) {
  raw_.resize(head.raw_bytes);
  if (head.scheme == XorbScheme::None) {
    std::copy(payload_.begin(), payload_.end(), raw_.begin());
    return Ok();
  }
  if (head.scheme == XorbScheme::Lz4) return lz4_.Decode(payload_, raw_);
  planes_.resize(head.raw_bytes);
  TRY(lz4_.Decode(payload_, planes_));
  std::array<ByteView, kMaxPlanes> planes;
  ByteView left(planes_);
  for (std::size_t g = 0; g < planes.size(); ++g) {
    planes[g] = left.first(PlaneSize(raw_.size(), planes.size(), g));
    left = left.subspan(planes[g].size());
  }
  JoinPlanes(planes, raw_);
  return Ok();
}

// The caller bounds the body.
Status XorbReader::SkipFooter() {
  payload_.resize(kMaxXorbPayloadBytes);
  while (TRY(read_(payload_)) > 0) {
  }
  return Ok();
}

}  // namespace banyan::storage
