#pragma once
// The headers of plain tar archives (POSIX ustar), as far as bundles need them: regular files with
// short names. A bundle is read in place, by the position of each file, which archive libraries
// made for streams do not give. Pure functions.

#include <optional>
#include <string>

#include "storage/base/bytes.h"
#include "storage/base/result.h"

namespace banyan::federation {

inline constexpr std::size_t kTarBlockBytes = 512;
inline constexpr std::size_t kMaxTarName = 100;
inline constexpr std::uint64_t kMaxTarFileBytes = 8ull << 30;  // not itself

struct TarFile {
  std::string name;  // without a slash at its beginning
  std::uint64_t size_bytes = 0;
  bool operator==(const TarFile&) const = default;
};

// One block. The name is 1 to kMaxTarName bytes, the size below kMaxTarFileBytes.
Bytes RenderTarHeader(const TarFile& file);
// nullopt for a block of zeros, which ends an archive. Invalid for a wrong checksum, and for
// anything but a regular file.
Result<std::optional<TarFile>> ParseTarHeader(ByteView block);

// What a file of that size takes after its header.
inline std::uint64_t PaddedTarSize(std::uint64_t size_bytes) {
  return (size_bytes + kTarBlockBytes - 1) / kTarBlockBytes * kTarBlockBytes;
}

}  // namespace banyan::federation
