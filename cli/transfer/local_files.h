#pragma once
// Files on this machine: listing a folder for a push or as a source, and copying with proof.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/base/digest.h"
#include "storage/base/file_system.h"

namespace banyan::cli {

struct LocalFile {
  std::string path;      // as opened
  std::string relative;  // below the listed folder, with "/"; the name of a single file
  std::uint64_t size_bytes = 0;
  bool is_executable = false;
  bool leads_outside = false;  // a symbolic link to something that is not of the folder
};

// What has a name on this machine. File: a regular one, or a symbolic link to one, with the size
// and time of that. Folder: a real one. Other: what is neither, such as a link to a folder or to
// nothing, a pipe or a device; opening it may wait for ever.
struct Occupant {
  enum class Kind { Nothing, File, Folder, Other };
  Kind kind = Kind::Nothing;
  std::uint64_t size_bytes = 0;
  std::int64_t modified_ns = 0;  // Unix time, in the steps of its file system's clock
  bool operator==(const Occupant&) const = default;
};
// Errors: those of the disk, such as a folder that may not be looked into.
Result<Occupant> FindOccupant(const std::string& path);

// By what a change of a file shows, or of the one that a link leads to.
struct FileStamp {
  std::uint64_t size_bytes = 0;
  std::int64_t modified_ns = 0;  // Unix time, as the next
  std::int64_t changed_ns = 0;   // also of its name and rights; no tool sets it back
  bool operator==(const FileStamp&) const = default;
};
Result<FileStamp> ReadStamp(const std::string& path);

// Is the path in a folder that tools keep for themselves: .git, .banyan or .cache/huggingface, at
// any depth?
bool IsOfTools(const std::string& relative);

// Regular files at or below `place`, in byte order of their relative paths. Follows symbolic links
// to regular files but not into folders; leaves out folders of tools. NotFound when `place` is not
// there, the error of the disk when any of it cannot be read: a list is whole or is none.
// `on_left_out` hears of everything else that is no folder: its relative path, and what it is ("a
// link to a folder").
using OnLeftOut = std::function<void(const std::string& relative, std::string_view what)>;
Result<std::vector<LocalFile>> ListLocalFiles(FileSystem& fs, const std::string& place,
                                              const OnLeftOut& on_left_out = nullptr);

// The SHA-256 of an open file from its start, or of a file by name. `on_read` hears of every piece
// and may end it with its error.
using OnRead = std::function<Status(std::size_t size_bytes)>;
Result<Sha256> HashContent(File& file, const OnRead& on_read = nullptr);
Result<Sha256> HashFileContent(FileSystem& fs, const std::string& path,
                               const OnRead& on_read = nullptr);

// The id that git gives a file of that size; `size_bytes` is part of what is hashed.
Result<GitOid> HashBlobFile(FileSystem& fs, const std::string& path, std::uint64_t size_bytes,
                            const OnRead& on_read = nullptr);

// Copies and hashes in one pass, durably; Corrupt (and `to` removed) when the content is another.
Status CopyVerified(FileSystem& fs, const std::string& from, const std::string& to,
                    const Sha256& sha256, const OnRead& on_read = nullptr);

}  // namespace banyan::cli
