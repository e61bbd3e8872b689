#pragma once
// Exact bytes of xorbs (storage/xet/FORMAT.md section 1): what stock clients send, and what they
// are given to read.

#include <array>
#include <functional>
#include <optional>
#include <span>

#include "storage/content/chunk.h"
#include "storage/xet/lz4_frame.h"

namespace banyan::storage {

inline constexpr std::size_t kXorbHeadBytes = 8;
inline constexpr std::size_t kMaxXorbChunks = 8192;
inline constexpr std::uint64_t kMaxXorbRawBytes = 64u << 20;     // of one that is offered
inline constexpr std::size_t kMaxXorbPayloadBytes = 256u << 10;  // of one chunk

enum class XorbScheme : std::uint8_t { None = 0, Lz4 = 1, GroupedLz4 = 2 };

struct XorbHead {
  std::uint32_t stored_bytes = 0;  // 1..kMaxXorbPayloadBytes
  std::uint32_t raw_bytes = 0;     // 1..kMaxChunkBytes
  XorbScheme scheme = XorbScheme::None;
};
std::array<std::uint8_t, kXorbHeadBytes> EncodeXorbHead(const XorbHead& head);
// `bytes` has kXorbHeadBytes. Invalid when it is of no chunk.
Result<XorbHead> ParseXorbHead(ByteView bytes);

std::uint64_t RawBytesOf(std::span<const ChunkRef> chunks);

// The next bytes of a body, 0 at its end.
using ReadBytes = std::function<Result<std::size_t>(std::span<std::uint8_t> out)>;

// Reads a xorb chunk by chunk, in memory for two at most. Used by one thread.
class XorbReader {
 public:
  explicit XorbReader(ReadBytes read) : read_(std::move(read)) {}

  // The raw bytes of the next chunk, valid until the next call; nullopt after the last one.
  // Invalid for what is no xorb, TooLarge past the limits, and the errors of reading.
  Result<std::optional<ByteView>> Next();

 private:
  Result<ByteView> Take(std::size_t size);
  Result<ByteView> Decode(const XorbHead& head, ByteView payload);
  Status SkipFooter();

  const ReadBytes read_;
  Bytes buffer_;
  std::size_t from_ = 0;  // what of it was read and not taken yet
  std::size_t end_ = 0;
  Lz4Decompressor lz4_;
  Bytes raw_;
  Bytes planes_;
  std::size_t chunks_ = 0;
};

}  // namespace banyan::storage
