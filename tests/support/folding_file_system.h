#pragma once
// A file system that takes names for one that differ only in case, as some do: it passes all on to
// another one, with the last component in lower case.

#include "storage/base/ascii_case.h"
#include "storage/base/file_system.h"

namespace banyan {

class FoldingFileSystem final : public FileSystem {
 public:
  // Borrows `below`.
  explicit FoldingFileSystem(FileSystem& below) : below_(below) {}

  Result<std::unique_ptr<File>> Open(const std::string& path, OpenMode mode) override {
    return below_.Open(Fold(path), mode);
  }
  Status Rename(const std::string& from, const std::string& to) override {
    return below_.Rename(Fold(from), Fold(to));
  }
  Status Remove(const std::string& path) override { return below_.Remove(Fold(path)); }
  Status CreateDirectories(const std::string& path) override {
    return below_.CreateDirectories(path);
  }
  Result<std::vector<std::string>> List(const std::string& directory) override {
    return below_.List(directory);
  }
  Status SyncDirectory(const std::string& directory) override {
    return below_.SyncDirectory(directory);
  }
  Result<FileStat> Stat(const std::string& path) override { return below_.Stat(Fold(path)); }
  Result<std::uint64_t> FreeBytes(const std::string& path) override {
    return below_.FreeBytes(path);
  }
  Result<std::unique_ptr<FileLock>> Lock(const std::string& path) override {
    return below_.Lock(path);
  }

 private:
  static std::string Fold(const std::string& path) {
    const auto name = path.rfind('/') + 1;
    return path.substr(0, name) + LowerAscii(path.substr(name));
  }
  FileSystem& below_;
};

}  // namespace banyan
