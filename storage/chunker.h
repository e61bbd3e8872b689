#pragma once
// Gearhash content-defined chunking, exactly the cut rule of storage/FORMAT.md section 1. The
// result does not depend on how the input is split into Feed calls.

#include <cstdint>
#include <functional>

#include "storage/chunk.h"

namespace banyan::storage {

// The length of the chunk that starts at data[0]: 1..kMaxChunkBytes, or 0 when no cut lies in
// `data` and more input could move it (data shorter than kMaxChunkBytes). A caller at end of input
// takes the remainder as the last chunk. Pure; the fast path for callers that hold large buffers.
std::size_t FindCut(ByteView data);

// Cuts a stream. Holds at most one chunk of unfinished data. Not safe for concurrent use.
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
  Bytes pending_;
};

}  // namespace banyan::storage
