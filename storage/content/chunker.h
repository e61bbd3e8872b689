#pragma once
// Gearhash content-defined chunking, exactly the cut rule of storage/content/FORMAT.md section 1.
// The result does not depend on how the input is split into Feed calls.

#include <cstdint>
#include <functional>

#include "storage/content/chunk.h"

namespace banyan::storage {

// Searches one chunk's end, over any number of buffers. Not safe for concurrent use.
class CutScanner {
 public:
  // How many bytes of `data`, the next bytes of the chunk, belong to it up to and including its
  // last one: then the scanner is ready for the next chunk. 0 when the chunk goes on after `data`.
  std::size_t Scan(ByteView data);
  void Reset() { *this = CutScanner(); }

 private:
  // Splits off the bytes that bring the chunk to `length` bytes and counts them as seen.
  ByteView TakeUpTo(std::size_t length, ByteView& data);

  std::uint64_t hash_ = 0;
  std::size_t seen_bytes_ = 0;  // of this chunk
};

// The length of the chunk that starts at data[0]: 1..kMaxChunkBytes, or 0 when no cut lies in
// `data` and more input could move it (data shorter than kMaxChunkBytes). A caller at end of input
// takes the remainder as the last chunk. Pure; the fast path for callers that hold large buffers.
std::size_t FindCut(ByteView data);

// Cuts a stream. Holds at most one chunk of unfinished data; a chunk that lies wholly inside one
// fed buffer is not copied. Not safe for concurrent use.
class Chunker {
 public:
  // Called once per chunk, in order; the view lives only during the call.
  using Sink = std::function<Status(ByteView chunk)>;
  explicit Chunker(Sink sink);

  // Fails only with the sink's error; the chunker is unusable afterwards.
  Status Feed(ByteView data);
  // Emits the remainder, if any. Empty input gives no chunk.
  Status Finish();

 private:
  Sink sink_;
  CutScanner scanner_;
  Bytes pending_;  // the start of the chunk that `scanner_` is in
};

}  // namespace banyan::storage
