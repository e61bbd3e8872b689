#include "storage/history/git_library.h"

#include <mutex>

namespace banyan::storage {

void InitGitLibrary() {
  static std::once_flag once;
  std::call_once(once, [] {
    ENSURE(git_libgit2_init() > 0);
    for (const int level : {GIT_CONFIG_LEVEL_PROGRAMDATA, GIT_CONFIG_LEVEL_SYSTEM,
                            GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL}) {
      ENSURE(git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, "") == 0);
    }
    ENSURE(git_libgit2_opts(GIT_OPT_ENABLE_CACHING, 0) == 0);
    ENSURE(git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 1) == 0);
  });
}

Error GitError(int code, std::string_view doing) {
  const git_error* last = git_error_last();
  const std::string text = last == nullptr ? "unknown error" : last->message;
  const std::string message = "git: " + text + " (" + std::string(doing) + ")";
  switch (code) {
    case GIT_ENOTFOUND: return Error(Errc::NotFound, message);
    case GIT_EMISMATCH: return Error(Errc::Corrupt, message);
    case GIT_EEXISTS:
    case GIT_EAMBIGUOUS: return Error(Errc::Conflict, message);
    case GIT_EINVALIDSPEC:
    case GIT_EINVALID:
    case GIT_EBUFS: return Error(Errc::Invalid, message);
    default: break;
  }
  const bool malformed =
      last != nullptr && (last->klass == GIT_ERROR_INVALID || last->klass == GIT_ERROR_OBJECT ||
                          last->klass == GIT_ERROR_TREE);
  return Error(malformed ? Errc::Invalid : Errc::Io, message);
}

}  // namespace banyan::storage
