#include "storage/content/zstd_frame.h"

#define ZSTD_STATIC_LINKING_ONLY  // for ZSTD_c_literalCompressionMode, see EntropyOnlyContext
#include <zstd.h>

#include "storage/content/chunk.h"

namespace banyan::storage {
namespace {

struct FreeContext {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};
using Compressor = std::unique_ptr<ZSTD_CCtx, FreeContext>;

bool Set(const Compressor& context, ZSTD_cParameter name, int value) {
  return !ZSTD_isError(ZSTD_CCtx_setParameter(context.get(), name, value));
}

Compressor MatchContext() {
  Compressor context(ZSTD_createCCtx());
  // On 64 KiB chunks of text, level 1 gives 6 % longer output and level 5 takes twice the time.
  ENSURE(context && Set(context, ZSTD_c_compressionLevel, 3));
  return context;
}

Compressor EntropyOnlyContext() {
  Compressor context(ZSTD_createCCtx());
  ENSURE(context && Set(context, ZSTD_c_strategy, ZSTD_fast) && Set(context, ZSTD_c_minMatch, 7) &&
         Set(context, ZSTD_c_hashLog, 6));
  // A long step skips the search altogether, but makes zstd leave literals uncompressed unless an
  // experimental parameter says otherwise. Without it the settings above come within 1 % in size.
  if (Set(context, ZSTD_c_literalCompressionMode, 1)) {
    ENSURE(Set(context, ZSTD_c_targetLength, ZSTD_TARGETLENGTH_MAX));
  }
  return context;
}

ByteView Compress(const Compressor& context, ByteView bytes, Bytes& out) {
  ENSURE(bytes.size() <= kMaxChunkBytes);
  const auto length =
      ZSTD_compress2(context.get(), out.data(), out.size(), bytes.data(), bytes.size());
  ENSURE(!ZSTD_isError(length));
  return ByteView(out).first(length);
}

}  // namespace

struct FrameCompressor::State {
  Compressor match = MatchContext();
  Compressor entropy_only = EntropyOnlyContext();
  Bytes match_frame = Bytes(ZSTD_COMPRESSBOUND(kMaxChunkBytes));
  Bytes entropy_frame = Bytes(ZSTD_COMPRESSBOUND(kMaxChunkBytes));
};

FrameCompressor::FrameCompressor() : state_(std::make_unique<State>()) {}
FrameCompressor::~FrameCompressor() = default;
FrameCompressor::FrameCompressor(FrameCompressor&&) noexcept = default;
FrameCompressor& FrameCompressor::operator=(FrameCompressor&&) noexcept = default;

ByteView FrameCompressor::WithMatches(ByteView bytes) {
  return Compress(state_->match, bytes, state_->match_frame);
}
ByteView FrameCompressor::EntropyOnly(ByteView bytes) {
  return Compress(state_->entropy_only, bytes, state_->entropy_frame);
}

struct FrameDecompressor::State {
  std::unique_ptr<ZSTD_DCtx, FreeContext> zstd{ZSTD_createDCtx()};
};

FrameDecompressor::FrameDecompressor() : state_(std::make_unique<State>()) { ENSURE(state_->zstd); }
FrameDecompressor::~FrameDecompressor() = default;
FrameDecompressor::FrameDecompressor(FrameDecompressor&&) noexcept = default;
FrameDecompressor& FrameDecompressor::operator=(FrameDecompressor&&) noexcept = default;

Status FrameDecompressor::Decode(ByteView frame, std::span<std::uint8_t> raw) {
  // zstd itself would also take several frames in a row, frames to be skipped, and the formats of
  // its early versions.
  const bool starts_well =
      frame.size() >= 4 && LoadLe<std::uint32_t>(frame.data()) == ZSTD_MAGICNUMBER;
  if (!starts_well || ZSTD_findFrameCompressedSize(frame.data(), frame.size()) != frame.size()) {
    return Error(Errc::Corrupt, "chunk payload is not one zstd frame");
  }
  const auto size =
      ZSTD_decompressDCtx(state_->zstd.get(), raw.data(), raw.size(), frame.data(), frame.size());
  if (ZSTD_isError(size) || size != raw.size()) {
    return Error(Errc::Corrupt, "zstd frame does not give the declared raw size");
  }
  return Ok();
}

}  // namespace banyan::storage
