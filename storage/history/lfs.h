#pragma once
// Git LFS: the canonical pointer text, the .gitattributes a new repository starts with, and the
// rule which file is stored in git as a pointer. Pure functions, safe for concurrent use.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "storage/base/digest.h"
#include "storage/base/repository_name.h"
#include "storage/history/git_attributes.h"

namespace banyan::storage {

inline constexpr std::uint64_t kMaxGitBlobBytes = 10u << 20;  // larger files are always pointers
inline constexpr std::size_t kSampleBytes = 512;              // what clients send as a sample

struct LfsPointer {
  Sha256 sha256;
  std::uint64_t size_bytes = 0;
  auto operator<=>(const LfsPointer&) const = default;
};

// The three lines git-lfs writes: version, oid, size.
std::string PointerText(const LfsPointer& pointer);
// Exactly the canonical text; anything else, an older version or an extension too, is nullopt and
// so an ordinary file.
std::optional<LfsPointer> ParsePointer(std::string_view text);
// The git blob id of the canonical text.
GitOid PointerOid(const LfsPointer& pointer);

// How a file is kept in git.
enum class FileForm { Blob, Pointer };

// Pointer when the attributes track the path, the sample has a NUL or is not UTF-8 (a character
// cut off at its end is fine), or the size is above kMaxGitBlobBytes. The empty file is always a
// blob: git-lfs has no pointer for it. `sample` is the beginning of the file, as much as is known.
FileForm ChooseForm(LfsFilter filter, std::string_view sample, std::uint64_t size_bytes);

// The .gitattributes of a new repository, line for line as public hubs write it.
std::string DefaultAttributes(RepositoryKind kind);

}  // namespace banyan::storage
