#pragma once
// Helpers of streams that send a range of something stored in pieces.
//
// SliceGatherer turns many small pieces of output into large slices for a sink: neighbouring pieces
// of one mapping become one view, copied pieces are collected in a buffer. A run too short to be
// handed out mapped is read from the file (FileReader::Sink). Used by one thread.

#include <algorithm>
#include <functional>
#include <memory>

#include "storage/base/bytes.h"
#include "storage/content/content_core.h"
#include "storage/content/content_store.h"
#include "storage/content/slice_sender.h"

namespace banyan::storage {

// The range still to be sent, counted down piece by piece.
struct ByteWindow {
  std::uint64_t skip_bytes = 0;  // before the range
  std::uint64_t left_bytes = 0;  // of the range

  struct Part {
    std::size_t from = 0;
    std::size_t length = 0;
  };
  // The part of the next piece, of `size_bytes`, that is in range.
  Part Take(std::uint64_t size_bytes) {
    const std::uint64_t from = std::min(skip_bytes, size_bytes);
    skip_bytes -= from;
    const std::uint64_t length = std::min(size_bytes - from, left_bytes);
    left_bytes -= length;
    return {static_cast<std::size_t>(from), static_cast<std::size_t>(length)};
  }
};

class SliceGatherer {
 public:
  using Sink = std::function<Status(ByteView slice)>;
  SliceGatherer(ContentCore& core, const Sink& sink)
      : core_(core), sink_(sink), sender_(sink, kMaxChunkBytes, core.sender_threads, core.clock) {}

  // A piece of the payload of a sealed pack with its mapping. Corrupt when it ends before.
  Status AddMapped(const std::shared_ptr<Pack>& pack, const std::shared_ptr<Mapping>& mapping,
                   std::uint64_t offset, std::size_t length);
  // Room for `size` bytes, at most kMaxChunkBytes, to be filled by the caller, who then keeps
  // `from..from+length` of it.
  Result<std::span<std::uint8_t>> Reserve(std::size_t size);
  void KeepReserved(std::size_t from, std::size_t length);
  Status AddCopied(ByteView piece);
  // `from..from+length` of a chunk, decoded. No decoder is held while the sink waits.
  Status AddChunk(Pack& pack, std::uint32_t index, std::size_t from, std::size_t length);
  // Returns when the sink has all.
  Status Flush();

 private:
  Status FlushCopied();
  Status FlushMapped();

  ContentCore& core_;
  const Sink& sink_;
  SliceSender sender_;  // of what is decoded
  // Of kMaxChunkBytes, made when first needed: a thousand readers that wait for their clients
  // hold this much each.
  SliceSender::Memory copied_;
  std::size_t copied_bytes_ = 0;
  bool copied_is_decoded_ = false;  // at least one chunk of it
  std::shared_ptr<Pack> pack_;  // of the run
  std::shared_ptr<Mapping> mapping_;
  std::uint64_t run_offset_ = 0;
  std::size_t run_bytes_ = 0;
};

}  // namespace banyan::storage
