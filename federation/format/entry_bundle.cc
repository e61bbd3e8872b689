#include "federation/format/entry_bundle.h"

#include "federation/format/tile.h"

namespace banyan::federation {

Bytes WriteEntryBundle(const std::vector<Bytes>& entries) {
  ENSURE(entries.size() <= kTileWidth);
  ByteWriter out;
  for (const auto& entry : entries) {
    ENSURE(entry.size() <= kMaxEntryBytes);
    out.U8(static_cast<std::uint8_t>(entry.size() >> 8));
    out.U8(static_cast<std::uint8_t>(entry.size()));
    out.Raw(entry);
  }
  return out.Take();
}

Result<std::vector<Bytes>> ReadEntryBundle(ByteView bundle, unsigned count) {
  ByteReader in(bundle);
  std::vector<Bytes> entries;
  for (unsigned i = 0; i < count; ++i) {
    const std::size_t high = in.U8();
    const std::size_t size = high << 8 | in.U8();
    if (size > kMaxEntryBytes) return Error(Errc::TooLarge, "entry bundle: an entry over 16 KiB");
    const ByteView entry = in.Raw(size);
    entries.emplace_back(entry.begin(), entry.end());
  }
  if (!in.AtEnd()) {
    return Error(Errc::Invalid, "entry bundle: not " + std::to_string(count) + " whole entries");
  }
  return entries;
}

}  // namespace banyan::federation
