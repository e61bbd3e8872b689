#pragma once
// One LZ4 frame as xorbs have them (LZ4 frame format 1.6). Keeps its context for reuse; not safe
// for concurrent use.

#include <memory>
#include <span>

#include "storage/base/bytes.h"

namespace banyan::storage {

class Lz4Decompressor {
 public:
  Lz4Decompressor();
  ~Lz4Decompressor();
  Lz4Decompressor(Lz4Decompressor&&) noexcept;
  Lz4Decompressor& operator=(Lz4Decompressor&&) noexcept;

  // Fills `raw` exactly from a single frame without a dictionary and without anything after it;
  // Invalid otherwise, and then what `raw` holds is unspecified. The work is bounded by the sizes
  // of both.
  Status Decode(ByteView frame, std::span<std::uint8_t> raw);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace banyan::storage
