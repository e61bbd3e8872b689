#pragma once
// Turns many small pieces of output into large slices for a sink: neighbouring views of one
// mapping become one view, copied pieces are collected in a buffer. Used by one thread; the
// mapping must stay alive until Flush.

#include <functional>

#include "storage/base/bytes.h"
#include "storage/pack_store.h"

namespace banyan::storage {

class SliceGatherer {
 public:
  using Sink = std::function<Status(ByteView slice)>;
  SliceGatherer(PackStore& packs, const Sink& sink) : packs_(packs), sink_(sink) {}

  // A piece that lies in a mapping.
  Status AddMapped(ByteView piece);
  // Room for `size` bytes to be filled by the caller, who then keeps `from..from+length` of it.
  std::span<std::uint8_t> Reserve(std::size_t size);
  Status KeepReserved(std::size_t from, std::size_t length);
  Status AddCopied(ByteView piece);
  Status Flush();

 private:
  Status FlushCopied();
  Status FlushMapped();

  PackStore& packs_;
  const Sink& sink_;
  Bytes copied_;
  std::size_t reserved_at_ = 0;
  ByteView mapped_;
};

}  // namespace banyan::storage
