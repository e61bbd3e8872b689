#pragma once
// The bytes of commit and annotated tag objects. Pure functions.

#include <string>
#include <vector>

#include "storage/base/digest.h"

namespace banyan::storage {

// Who made a commit or tag. Default-made names nobody.
struct Person {
  std::string name;
  std::string email;
  auto operator<=>(const Person&) const = default;
};

struct CommitText {
  GitOid tree;
  std::vector<GitOid> parents;
  Person author;             // also the committer
  std::int64_t time_ms = 0;  // kept to the second, as UTC
  std::string message;
};
struct TagText {
  GitOid commit;
  std::string name;
  Person tagger;
  std::int64_t time_ms = 0;
  std::string message;
};

inline constexpr std::size_t kMaxMessageBytes = 64u << 10;

// Invalid for an empty name, a name or email with control characters or angle brackets or over
// 255 bytes, a message over kMaxMessageBytes or with NUL, text that is not UTF-8, or a time before
// 1970.
Result<Bytes> EncodeCommit(const CommitText& commit);
Result<Bytes> EncodeTag(const TagText& tag);
// What is said in a tag object, without a signature and line ends at its end; from a push of git it
// need not be UTF-8. Empty when nothing is.
std::string MessageOfTag(ByteView tag);

}  // namespace banyan::storage
