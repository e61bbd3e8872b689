#pragma once
// What is logged while something is done.
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <functional>
#include <string>
#include <string_view>

#include "storage/base/file_system.h"
#include "tests/support/must.h"
#include "tests/support/temp_directory.h"

namespace banyan {

// Standard error goes to a file as long as this lives.
class ErrorsInFile {
 public:
  explicit ErrorsInFile(const std::string& path)
      : before_(::dup(STDERR_FILENO)), file_(::open(path.c_str(), O_WRONLY | O_CREAT, 0600)) {
    REQUIRE((before_ >= 0 && file_ >= 0));
    Point(file_);
  }
  ~ErrorsInFile() {
    Point(before_);
    ::close(before_);
    ::close(file_);
  }
  ErrorsInFile(const ErrorsInFile&) = delete;
  ErrorsInFile& operator=(const ErrorsInFile&) = delete;

 private:
  static void Point(int file) {
    std::fflush(stderr);
    ::dup2(file, STDERR_FILENO);
  }
  const int before_;
  const int file_;
};

// How often `words` stand in the lines that are logged during `work`, by nobody else meanwhile.
inline std::size_t CountLogged(std::string_view words, const std::function<void()>& work) {
  const TempDirectory directory;
  const std::string path = directory.Join("log");
  {
    const ErrorsInFile errors(path);
    work();
  }
  const Bytes text = MUST(ReadFile(DiskFileSystem(), path, 1u << 20));
  std::size_t count = 0;
  for (auto at = AsText(text).find(words); at != std::string_view::npos;
       at = AsText(text).find(words, at + 1)) {
    ++count;
  }
  return count;
}

}  // namespace banyan
