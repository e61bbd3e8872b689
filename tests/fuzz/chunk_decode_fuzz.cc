// Input: encoding, raw size as 24 bits, payload. Whatever decodes must survive being encoded again,
// and so must the payload itself taken as raw bytes.

#include <algorithm>
#include <memory>

#include "storage/content/chunk_encoding.h"

namespace banyan::storage {
namespace {

void RequireRoundTrip(ByteView raw) {
  static ChunkEncoder encoder;
  static ChunkDecoder decoder;
  if (raw.empty() || raw.size() > kMaxChunkBytes) return;
  const auto chunk = encoder.Encode(raw);
  ENSURE(chunk.payload.size() <= raw.size());
  Bytes decoded(raw.size());
  ENSURE(decoder.Decode(chunk.encoding, chunk.payload, decoded).has_value());
  ENSURE(std::equal(decoded.begin(), decoded.end(), raw.begin()));
}

void TryInput(ByteView input) {
  static ChunkDecoder decoder;
  ByteReader reader(input);
  const auto encoding = static_cast<Encoding>(reader.U8());
  const std::uint32_t low = reader.Le<std::uint16_t>();
  const std::size_t raw_size = low | std::size_t{reader.U8()} << 16;
  if (!reader.ok() || raw_size > 2 * kMaxChunkBytes) return;
  const auto payload = reader.Raw(reader.remaining());
  Bytes raw(raw_size);
  if (decoder.Decode(encoding, payload, raw)) RequireRoundTrip(raw);
  RequireRoundTrip(payload);
}

}  // namespace
}  // namespace banyan::storage

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  banyan::storage::TryInput({data, size});
  return 0;
}
