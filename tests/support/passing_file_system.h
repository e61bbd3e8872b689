#pragma once
// A file system that passes all on to another one: the base of those that change a part of that.

#include "storage/base/file_system.h"

namespace banyan {

class PassingFileSystem : public FileSystem {
 public:
  // Borrows `below`.
  explicit PassingFileSystem(FileSystem& below) : below_(below) {}

  Result<std::unique_ptr<File>> Open(const std::string& path, OpenMode mode) override {
    return below_.Open(path, mode);
  }
  Status Rename(const std::string& from, const std::string& to) override {
    return below_.Rename(from, to);
  }
  Status Remove(const std::string& path) override { return below_.Remove(path); }
  Status CreateDirectories(const std::string& path) override {
    return below_.CreateDirectories(path);
  }
  Result<std::vector<std::string>> List(const std::string& directory) override {
    return below_.List(directory);
  }
  Status SyncDirectory(const std::string& directory) override {
    return below_.SyncDirectory(directory);
  }
  Result<FileStat> Stat(const std::string& path) override { return below_.Stat(path); }
  Result<std::uint64_t> FreeBytes(const std::string& path) override {
    return below_.FreeBytes(path);
  }
  Result<std::unique_ptr<FileLock>> Lock(const std::string& path) override {
    return below_.Lock(path);
  }

 private:
  FileSystem& below_;
};

}  // namespace banyan
