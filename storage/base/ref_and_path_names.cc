// Rules for names that travel in git trees and refs and end up on other people's disks:
// ValidateRefName and ValidatePath of storage/base/repository_name.h.
#include <algorithm>
#include <vector>

#include "storage/base/bytes.h"
#include "storage/base/repository_name.h"
#include "storage/base/utf8.h"

namespace banyan::storage {
namespace {

constexpr std::size_t kMaxComponent = 255;
constexpr std::size_t kMaxComponents = 64;
constexpr std::size_t kMaxPath = 1024;

std::vector<std::string_view> Split(std::string_view path) {
  std::vector<std::string_view> components;
  while (true) {
    const auto slash = path.find('/');
    components.push_back(path.substr(0, slash));
    if (slash == path.npos) return components;
    path.remove_prefix(slash + 1);
  }
}

// C0, DEL and C1.
bool HasControl(std::string_view text) {
  while (!text.empty()) {
    const auto next = DecodeUtf8(text);
    if (next.value < 0x20 || (next.value >= 0x7F && next.value < 0xA0)) return true;
    text.remove_prefix(next.size_bytes);
  }
  return false;
}

// Characters that HFS+ drops before it compares names.
bool IsIgnorable(char32_t c) {
  return (c >= 0x200C && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x206A && c <= 0x206F) || c == 0xFEFF;
}

// Would some file system take this component for ".git"? Windows drops trailing dots and blanks
// and what follows a colon, and knows the short name GIT~1.
bool ReadsAsDotGit(std::string_view component) {
  std::string seen;
  for (auto rest = component; !rest.empty();) {
    const auto next = DecodeUtf8(rest);
    if (!IsIgnorable(next.value)) AppendUtf8(seen, next.value);
    rest.remove_prefix(next.size_bytes);
  }
  seen = FoldName(seen.substr(0, seen.find(':')));
  seen.erase(seen.find_last_not_of(". ") + 1);
  return seen == ".git" || seen == "git~1";
}

Status ValidateComponent(std::string_view component) {
  if (component.empty()) return Error(Errc::Invalid, "the path has an empty component");
  if (component == "." || component == "..") {
    return Error(Errc::Invalid, "the path may not contain '.' or '..'");
  }
  if (component.size() > kMaxComponent) {
    return Error(Errc::Invalid, "a file or folder name may have at most 255 bytes");
  }
  if (ReadsAsDotGit(component)) return Error(Errc::Invalid, "the path may not contain '.git'");
  return Ok();
}

bool IsCommitId(std::string_view name) { return name.size() == 40 && ParseHex(name).has_value(); }

Error BadRef(std::string_view rule) {
  return Error(Errc::Invalid, "a branch or tag name " + std::string(rule));
}

}  // namespace

Status ValidateRefName(std::string_view name) {
  if (name.empty() || name.size() > kMaxComponent) return BadRef("has 1 to 255 bytes");
  if (!IsUtf8(name) || HasControl(name)) return BadRef("is UTF-8 without control characters");
  if (name.find_first_of(" ~^:?*[\\") != name.npos) {
    return BadRef("may not contain blanks or any of ~ ^ : ? * [ \\");
  }
  if (name.find("..") != name.npos || name.find("@{") != name.npos || name == "@") {
    return BadRef("may not contain '..' or '@{' or be '@'");
  }
  if (name.ends_with('.') || name.starts_with('-')) {
    return BadRef("may not begin with '-' or end with '.'");
  }
  for (const auto component : Split(name)) {
    if (component.empty() || component.starts_with('.') || component.ends_with(".lock")) {
      return BadRef("may not have a component that is empty, begins with '.' or ends with '.lock'");
    }
  }
  if (name == "HEAD" || name.starts_with("refs/") || IsCommitId(name)) {
    return BadRef("may not read as HEAD, a full ref or a commit id");
  }
  return Ok();
}

Status ValidatePath(std::string_view path) {
  if (path.size() > kMaxPath) return Error(Errc::Invalid, "the path has more than 1,024 bytes");
  if (!IsUtf8(path)) return Error(Errc::Invalid, "the path is not valid UTF-8");
  if (path.find('\\') != path.npos || HasControl(path)) {
    return Error(Errc::Invalid, "the path may not contain '\\' or control characters");
  }
  const char first = path.empty() ? '\0' : FoldName(path.substr(0, 1))[0];
  if (path.size() > 1 && path[1] == ':' && first >= 'a' && first <= 'z') {
    return Error(Errc::Invalid, "the path may not begin with a drive letter");
  }
  const auto components = Split(path);
  if (components.size() > kMaxComponents) {
    return Error(Errc::Invalid, "the path has more than 64 components");
  }
  for (const auto component : components) TRY(ValidateComponent(component));
  return Ok();
}

}  // namespace banyan::storage
