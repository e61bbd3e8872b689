#pragma once
// Root may read what nobody else may. Where the tests run as root, this thread and those that it
// starts have no more rights on files than the user nobody while one of these lives.

#include <sys/fsuid.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "storage/base/check.h"

namespace banyan {

class WithoutRoot {
 public:
  // `folder` and what is in it become nobody's, so that this thread can go on working there.
  explicit WithoutRoot(const std::string& folder) {
    if (!is_root_) return;
    Give(folder);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      Give(entry.path().string());
    }
    ::setfsuid(kNobody);
    ENSURE(::setfsuid(static_cast<uid_t>(-1)) == static_cast<int>(kNobody));  // asks
  }
  ~WithoutRoot() {
    if (is_root_) ::setfsuid(0);
  }
  WithoutRoot(const WithoutRoot&) = delete;
  WithoutRoot& operator=(const WithoutRoot&) = delete;

 private:
  static constexpr uid_t kNobody = 65534;

  static void Give(const std::string& path) {
    ENSURE(::lchown(path.c_str(), kNobody, kNobody) == 0);
  }

  const bool is_root_ = ::geteuid() == 0;
};

}  // namespace banyan
