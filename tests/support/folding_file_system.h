#pragma once
// A file system that takes names for one that differ only in case, as some do: it passes all on to
// another one, with the last component in lower case.

#include "storage/base/ascii_case.h"
#include "tests/support/passing_file_system.h"

namespace banyan {

class FoldingFileSystem final : public PassingFileSystem {
 public:
  using PassingFileSystem::PassingFileSystem;

  Result<std::unique_ptr<File>> Open(const std::string& path, OpenMode mode) override {
    return PassingFileSystem::Open(Fold(path), mode);
  }
  Status Rename(const std::string& from, const std::string& to) override {
    return PassingFileSystem::Rename(Fold(from), Fold(to));
  }
  Status Remove(const std::string& path) override { return PassingFileSystem::Remove(Fold(path)); }
  Result<FileStat> Stat(const std::string& path) override {
    return PassingFileSystem::Stat(Fold(path));
  }

 private:
  static std::string Fold(const std::string& path) {
    const auto name = path.rfind('/') + 1;
    return path.substr(0, name) + LowerAscii(path.substr(name));
  }
};

}  // namespace banyan
