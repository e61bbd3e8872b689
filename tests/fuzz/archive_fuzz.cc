// An archive that opens gives each of its files whole, and has none twice; a bundle's note in it is
// one or none. Headers get the checksum that they should have: nobody would guess it.

#include <algorithm>
#include <map>
#include <numeric>

#include "federation/bundle/archive_peer.h"
#include "federation/bundle/bundle_export.h"
#include "federation/bundle/tar_header.h"
#include "tests/support/memory_file_system.h"

namespace banyan::federation {
namespace {

constexpr std::size_t kChecksumAt = 148;
constexpr std::size_t kChecksumBytes = 8;
constexpr std::size_t kMaxBytes = 64u << 10;

void PutChecksum(std::span<std::uint8_t> header) {
  const auto field = header.subspan(kChecksumAt, kChecksumBytes);
  std::ranges::fill(field, std::uint8_t{' '});
  auto sum = std::accumulate(header.begin(), header.end(), 0u);
  for (std::size_t i = kChecksumBytes - 2; i-- > 0; sum >>= 3) {
    field[i] = static_cast<std::uint8_t>('0' + (sum & 7));
  }
  field[kChecksumBytes - 2] = 0;
}

// The files by the headers, as far as their sizes lead from one to the next, which are mended.
std::map<std::string, std::uint64_t> Mend(Bytes& archive) {
  std::map<std::string, std::uint64_t> sizes;
  for (std::uint64_t at = 0; at <= archive.size() && archive.size() - at >= kTarBlockBytes;) {
    const auto header = std::span(archive).subspan(at, kTarBlockBytes);
    if (std::ranges::all_of(header, [](std::uint8_t byte) { return byte == 0; })) break;
    PutChecksum(header);
    const auto file = ParseTarHeader(header);
    if (!file || !*file) break;
    sizes.emplace("/" + (*file)->name, (*file)->size_bytes);
    at += kTarBlockBytes + PaddedTarSize((*file)->size_bytes);
  }
  return sizes;
}

void TryFile(ArchivePeer& peer, const std::string& path, std::uint64_t size_bytes) {
  const auto whole = peer.Get(path, kMaxBytes);
  if (path.find('?') != path.npos) return;  // a query is no part of a name
  ENSURE(whole && whole->size() == size_bytes);
  Bytes read;
  const auto status = peer.Read(path, 0, kWholeBody, [&](ByteView piece) {
    read.insert(read.end(), piece.begin(), piece.end());
    return Ok();
  });
  ENSURE(status && read == *whole);
}

void TryInput(ByteView input) {
  const auto kept = input.first(std::min(input.size(), kMaxBytes));
  Bytes archive(kept.begin(), kept.end());
  const auto sizes = Mend(archive);
  MemoryFileSystem fs;
  ENSURE(fs.CreateDirectories("/").has_value());
  ENSURE(WriteFileDurably(fs, "/b.banyan", archive).has_value());
  const auto peer = ArchivePeer::Open(fs, "/b.banyan");
  if (!peer) return;
  for (const auto& [path, size_bytes] : sizes) TryFile(**peer, path, size_bytes);
  (void)ReadBundleNote(**peer);
  ENSURE(WriteFileDurably(fs, "/b.2.banyan", archive).has_value());
  ENSURE(ArchivePeer::Open(fs, "/b.banyan").has_value() == sizes.empty());
}

}  // namespace
}  // namespace banyan::federation

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  banyan::federation::TryInput({data, size});
  return 0;
}
