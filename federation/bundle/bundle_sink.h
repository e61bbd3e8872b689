#pragma once
// Where a bundle is written to: a folder, or an archive in parts (PROTOCOL.md section 11). Used by
// one thread. No symbolic link below the folder, or beside the archive, is followed. Errors: as
// FileSystem; Invalid names the link.

#include <functional>
#include <memory>
#include <string>

#include "storage/base/file_system.h"

namespace banyan::federation {

class BundleSink {
 public:
  virtual ~BundleSink() = default;
  // What a path holds may be another thing next time, or is named by its hash or place for good.
  enum class Lasting { No, Yes };
  virtual Status Put(const std::string& path, ByteView content, Lasting lasting) = 0;

  // A lasting file of exactly that size, given in pieces. Not asked for when it is there already.
  using Piece = std::function<Status(ByteView piece)>;
  using Producer = std::function<Status(const Piece& put)>;
  virtual Status PutPieces(const std::string& path, std::uint64_t size_bytes,
                           const Producer& produce) = 0;
  // All of it is durable, and has its name, when this returns.
  virtual Status Finish() = 0;

  // Of lasting files, what was written and not there already.
  std::uint64_t new_bytes() const { return new_bytes_; }
  // Of an archive, those that are complete; none of a folder.
  std::size_t parts() const { return parts_; }
  std::uint64_t largest_part_bytes() const { return largest_part_bytes_; }

 protected:
  std::uint64_t new_bytes_ = 0;
  std::size_t parts_ = 0;
  std::uint64_t largest_part_bytes_ = 0;
};

// Files below `folder`; what lasts and is there is not written again, so that an export that broke
// off, or a later one, costs only what is new. Borrows `fs`.
std::unique_ptr<BundleSink> MakeFolderSink(FileSystem& fs, std::string folder);

// `path` ends with ".banyan"; further parts are called NAME.2.banyan and so on. A part ends before
// it would be larger than `part_bytes`, unless one file alone is: content comes in sections, of
// about 57 MB as a rule (storage/content/outline.h).
std::unique_ptr<BundleSink> MakeArchiveSink(FileSystem& fs, std::string path,
                                            std::uint64_t part_bytes);

inline constexpr std::string_view kArchiveEnding = ".banyan";
// The name of part 1, 2, ... of the archive.
std::string ArchivePart(const std::string& path, std::size_t number);

}  // namespace banyan::federation
