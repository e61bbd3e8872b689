#include "storage/history/pack_index.h"

#include <algorithm>

namespace banyan::storage {
namespace {

constexpr std::size_t kFanoutAt = 8;
constexpr std::size_t kIdsAt = kFanoutAt + 256 * 4;

std::size_t Be32(ByteView bytes, std::size_t at) {
  std::size_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | bytes[at + i];
  return value;
}

}  // namespace

Result<PackIndex> PackIndex::Open(FileSystem& fs, const std::string& path) {
  const auto file = TRY(fs.Open(path, OpenMode::Read));
  auto mapping = TRY(file->Map());
  const ByteView bytes = mapping->bytes();
  const Error bad(Errc::Corrupt, path + ": not an index of version 2");
  if (bytes.size() < kIdsAt || Be32(bytes, 0) != 0xff744f63 || Be32(bytes, 4) != 2) return bad;
  const std::size_t count = Be32(bytes, kIdsAt - 4);
  if (bytes.size() < kIdsAt + count * GitOid::kSize) return bad;
  for (std::size_t i = 0; i < 255; ++i) {
    if (Be32(bytes, kFanoutAt + 4 * i) > Be32(bytes, kFanoutAt + 4 * (i + 1))) return bad;
  }
  return PackIndex(std::move(mapping), count);
}

bool PackIndex::Has(const GitOid& oid) const {
  const ByteView bytes = mapping_->bytes();
  const std::size_t first = oid.data()[0];
  std::size_t low = first == 0 ? 0 : Be32(bytes, kFanoutAt + 4 * (first - 1));
  std::size_t high = Be32(bytes, kFanoutAt + 4 * first);
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    const auto id = bytes.subspan(kIdsAt + middle * GitOid::kSize, GitOid::kSize);
    const int order = std::memcmp(oid.data(), id.data(), GitOid::kSize);
    if (order == 0) return true;
    (order < 0 ? high : low) = order < 0 ? middle : middle + 1;
  }
  return false;
}

}  // namespace banyan::storage
