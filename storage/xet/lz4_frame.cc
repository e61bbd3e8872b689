#include "storage/xet/lz4_frame.h"

#include <lz4frame.h>

namespace banyan::storage {

struct Lz4Decompressor::State {
  State() { ENSURE(!LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION))); }
  ~State() { LZ4F_freeDecompressionContext(context); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  LZ4F_dctx* context = nullptr;
};

Lz4Decompressor::Lz4Decompressor() : state_(std::make_unique<State>()) {}
Lz4Decompressor::~Lz4Decompressor() = default;
Lz4Decompressor::Lz4Decompressor(Lz4Decompressor&&) noexcept = default;
Lz4Decompressor& Lz4Decompressor::operator=(Lz4Decompressor&&) noexcept = default;

Status Lz4Decompressor::Decode(ByteView frame, std::span<std::uint8_t> raw) {
  const Error wrong(Errc::Invalid, "not one LZ4 frame of the stated size");
  LZ4F_resetDecompressionContext(state_->context);
  LZ4F_decompressOptions_t options{};
  options.stableDst = 1;  // all of it stays where it is
  std::size_t done = 0;
  while (!frame.empty()) {
    std::size_t written = raw.size() - done;
    std::size_t read = frame.size();
    const std::size_t hint = LZ4F_decompress(state_->context, raw.data() + done, &written,
                                             frame.data(), &read, &options);
    if (LZ4F_isError(hint)) return wrong;
    done += written;
    frame = frame.subspan(read);
    if (hint == 0) return frame.empty() && done == raw.size() ? Ok() : Status(wrong);
    if (read == 0 && written == 0) return wrong;  // it holds more than there is room for
  }
  return wrong;  // cut short
}

}  // namespace banyan::storage
