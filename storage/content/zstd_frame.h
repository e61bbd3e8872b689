#pragma once
// One chunk or plane as one zstd frame, with contexts kept for reuse. Not safe for concurrent use.

#include <memory>
#include <span>

#include "storage/base/bytes.h"

namespace banyan::storage {

class FrameCompressor {
 public:
  FrameCompressor();
  ~FrameCompressor();
  FrameCompressor(FrameCompressor&&) noexcept;
  FrameCompressor& operator=(FrameCompressor&&) noexcept;

  // One frame each; the view lives until the next call of the same function. At most
  // kMaxChunkBytes.
  // Searches for matches: text, tables, tokens.
  ByteView WithMatches(ByteView bytes);
  // Huffman coding only: numbers without repeats. The matches that occur in such data are
  // accidents, which cost more than they save, in bytes and in time both ways.
  ByteView EntropyOnly(ByteView bytes);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

class FrameDecompressor {
 public:
  FrameDecompressor();
  ~FrameDecompressor();
  FrameDecompressor(FrameDecompressor&&) noexcept;
  FrameDecompressor& operator=(FrameDecompressor&&) noexcept;

  // Fills `raw` exactly from a single frame without anything after it; Corrupt otherwise.
  Status Decode(ByteView frame, std::span<std::uint8_t> raw);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace banyan::storage
