#include "storage/base/posix_error.h"

#include <cerrno>
#include <cstring>

namespace banyan {

Error PosixError(const std::string& path, const char* call) {
  const int code = errno;
  const std::string message = path + ": " + call + ": " + std::strerror(code);
  if (code == ENOENT || code == ENOTDIR) return Error(Errc::NotFound, message);
  if (code == EEXIST) return Error(Errc::Conflict, message);
  if (code == ENOSPC || code == EDQUOT) {
    return Error(Errc::NoSpace, message + " (free some space and try again)");
  }
  if (code == EMFILE || code == ENFILE || code == ENOMEM) return Error(Errc::Unavailable, message);
  return Error(Errc::Io, message);
}

}  // namespace banyan
