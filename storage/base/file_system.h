#pragma once
// The disk seam. Everything durable goes through a FileSystem, so that tests can fail the n-th
// operation, fill the disk, or drop what was not synced. Paths are UTF-8. Errors: NotFound when a
// named file is absent, NoSpace when the disk is full (ENOSPC, EDQUOT), Unavailable when memory or
// file descriptors have run out, Io otherwise, always with the path in the message. After an error
// from WriteAt, Sync, Rename or SyncDirectory the durable state is unknown: the caller stops using
// the object and reloads.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "storage/base/bytes.h"
#include "storage/base/result.h"

namespace banyan {

class PageBytes;

// A read-only view of a whole file, valid for the life of this object even when the file is
// renamed, replaced or removed. A file must not be truncated while mapped.
class Mapping {
 public:
  virtual ~Mapping() = default;
  virtual ByteView bytes() const = 0;
  // Gives the memory behind a part of the view back to the system; the content stays readable.
  virtual void DropResident(std::uint64_t /*offset*/, std::size_t /*size*/) const {}
};

// An open file. Calls on different offsets may run concurrently; closing is destruction.
class File {
 public:
  virtual ~File() = default;
  // Reads up to `out.size()` bytes; fewer only at end of file.
  virtual Result<std::size_t> ReadAt(std::uint64_t offset, std::span<std::uint8_t> out) = 0;
  // Writes all of `data`, extending the file as needed.
  virtual Status WriteAt(std::uint64_t offset, ByteView data) = 0;
  // Takes `data`, unless it fails, and writes it while the caller goes on; where it can, and offset
  // and size are whole pages, past the system's cache. For much that nobody is about to read. An
  // error that comes later is told by every Sync, Truncate and WriteBehind from then on; reads wait
  // for the bytes. By one thread at a time.
  virtual Status WriteBehind(std::uint64_t offset, PageBytes&& data);
  virtual Status Truncate(std::uint64_t size_bytes) = 0;
  // Makes content and size durable. The name needs SyncDirectory on its directory.
  virtual Status Sync() = 0;
  virtual Result<std::uint64_t> SizeBytes() = 0;
  virtual Result<std::unique_ptr<Mapping>> Map() = 0;
};

struct FileStat {
  bool is_directory = false;
  std::uint64_t size_bytes = 0;
  std::int64_t modified_ms = 0;  // Unix time
  bool is_ours = true;           // belongs to the user this process runs as
  bool is_private = true;        // nobody else may read or change it
};

// Held until destroyed, or until the process ends in whatever way.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

enum class OpenMode {
  Read,       // must exist
  ReadWrite,  // must exist
  Create,     // read and write, made if absent
  CreateNew,  // read and write, Conflict if it exists
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;
  // New files have mode 0600.
  virtual Result<std::unique_ptr<File>> Open(const std::string& path, OpenMode mode) = 0;
  // Atomic; replaces an existing `to`. Durable only after SyncDirectory of both parents.
  virtual Status Rename(const std::string& from, const std::string& to) = 0;
  virtual Status Remove(const std::string& path) = 0;
  // Makes the directory and its parents (mode 0700), durably; fine if it exists.
  virtual Status CreateDirectories(const std::string& path) = 0;
  // Names (not paths) in byte order, without "." and "..".
  virtual Result<std::vector<std::string>> List(const std::string& directory) = 0;
  virtual Status SyncDirectory(const std::string& directory) = 0;
  virtual Result<FileStat> Stat(const std::string& path) = 0;
  // Bytes that an unprivileged writer may still add on the file system that holds `path`.
  virtual Result<std::uint64_t> FreeBytes(const std::string& path) = 0;
  // Makes the file if absent and locks it for one holder, in this process or another; Conflict
  // while it is held. The lock goes by the file, not the name: do not remove the file.
  virtual Result<std::unique_ptr<FileLock>> Lock(const std::string& path) = 0;
  // The same for a medium that others may have written on: nothing below the directory `root`, a
  // whole path, is reached through a symbolic link, neither the last name nor one on the way there:
  // Invalid, naming the link. The way to `root` itself may have links. Borrows this one; itself
  // where there are no links, as here.
  virtual std::shared_ptr<FileSystem> Below(const std::string& root);
};

// The real disk; thread safe; lives as long as the process.
FileSystem& DiskFileSystem();

// Whole small files. WriteFileDurably goes through "<path>.tmp", Sync, Rename and SyncDirectory,
// so that after a crash the old or the new content is there, never a mixture.
Result<Bytes> ReadFile(FileSystem& fs, const std::string& path, std::uint64_t max_bytes);
Status WriteFileDurably(FileSystem& fs, const std::string& path, ByteView content);

// "a/b/c" -> "a/b"; "c" -> ".".
std::string ParentDirectory(const std::string& path);

}  // namespace banyan
