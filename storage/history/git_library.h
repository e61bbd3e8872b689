#pragma once
// libgit2, set up for a server: it reads no configuration of the machine or its user, keeps no
// object cache (what garbage collection deleted must not be answered from memory), and verifies
// every object it reads against its id. Included only by files that call libgit2.

#include <git2.h>
#if __has_include(<git2/sys/errors.h>)  // since libgit2 1.8
#include <git2/sys/errors.h>
#endif

#include <memory>
#include <string_view>

#include "storage/base/digest.h"
#include "storage/base/result.h"

namespace banyan::storage {

// Must have been called before any other function of libgit2; thread safe, cheap when repeated.
void InitGitLibrary();

// The Error for a failed call: NotFound, Corrupt for an object that does not match its id,
// Invalid for malformed input, Conflict for what exists or is ambiguous, Io for the rest.
Error GitError(int code, std::string_view doing);

inline git_oid ToGit(const GitOid& oid) {
  git_oid out{};
  std::memcpy(out.id, oid.data(), GitOid::kSize);
  return out;
}
inline GitOid FromGit(const git_oid& oid) {
  return GitOid::FromRaw(ByteView(oid.id, GitOid::kSize));
}

template <auto Free>
struct GitDeleter {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using GitRepository = std::unique_ptr<git_repository, GitDeleter<git_repository_free>>;
using GitOdb = std::unique_ptr<git_odb, GitDeleter<git_odb_free>>;
using GitCommit = std::unique_ptr<git_commit, GitDeleter<git_commit_free>>;
using GitTag = std::unique_ptr<git_tag, GitDeleter<git_tag_free>>;
using GitRevwalk = std::unique_ptr<git_revwalk, GitDeleter<git_revwalk_free>>;
using GitSignature = std::unique_ptr<git_signature, GitDeleter<git_signature_free>>;

}  // namespace banyan::storage
