#pragma once
// Copying a file from one place to another, durably.

#include <functional>

#include "storage/base/file_system.h"

namespace banyan {

// Sees every piece in order (to hash it, say) and may end the copy with its error.
using OnPiece = std::function<Status(ByteView piece)>;

// Makes `to` what `from` is and syncs it; gives its size. Whoever reads `to` meanwhile, or after a
// failure, finds a part of it.
Result<std::uint64_t> CopyContent(FileSystem& fs, const std::string& from, const std::string& to,
                                  const OnPiece& on_piece = nullptr);

// The same through "<to>.tmp", with the directories that `to` needs: it is the old file or the
// whole new one, whatever happens.
Result<std::uint64_t> CopyFileDurably(FileSystem& fs, const std::string& from,
                                      const std::string& to, const OnPiece& on_piece = nullptr);

}  // namespace banyan
