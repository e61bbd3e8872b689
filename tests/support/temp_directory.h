#pragma once
// A directory of one test on the real disk, removed with all that is in it at the end of the
// scope.

#include <stdlib.h>

#include <filesystem>
#include <string>

#include "storage/base/check.h"

namespace banyan {

class TempDirectory {
 public:
  TempDirectory() : path_((std::filesystem::temp_directory_path() / "banyan-XXXXXX").string()) {
    ENSURE(::mkdtemp(path_.data()) != nullptr);
  }
  ~TempDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDirectory(const TempDirectory&) = delete;
  TempDirectory& operator=(const TempDirectory&) = delete;

  const std::string& path() const { return path_; }
  // "path/name".
  std::string Join(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace banyan
