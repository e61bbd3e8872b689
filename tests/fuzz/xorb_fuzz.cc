// Whatever is read as a xorb must be within its limits, and the same when it is written without
// compression and read again.

#include <vector>

#include "tests/fuzz/read_from.h"

namespace banyan::storage {
namespace {

Result<std::vector<Bytes>> ReadAll(ByteView body) {
  XorbReader reader(From(body));
  std::vector<Bytes> chunks;
  while (const auto raw = TRY(reader.Next())) chunks.emplace_back(raw->begin(), raw->end());
  return chunks;
}

void TryInput(ByteView input) {
  const auto chunks = ReadAll(input);
  if (!chunks) return;
  ENSURE(chunks->size() <= kMaxXorbChunks);
  ByteWriter again;
  for (const Bytes& raw : *chunks) {
    ENSURE(!raw.empty() && raw.size() <= kMaxChunkBytes);
    const auto size = static_cast<std::uint32_t>(raw.size());
    again.Raw(EncodeXorbHead({size, size, XorbScheme::None}));
    again.Raw(raw);
  }
  const auto read = ReadAll(again.bytes());
  ENSURE(read.has_value() && *read == *chunks);
}

}  // namespace
}  // namespace banyan::storage

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  banyan::storage::TryInput({data, size});
  return 0;
}
