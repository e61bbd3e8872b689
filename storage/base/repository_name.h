#pragma once
// Names of namespaces, repositories, refs and paths: what is legal, and the case-folded form by
// which they are unique. Rules: public hub ids (so that its clients accept ours), reserved route
// words, and safe paths (federation design section 6 and attack row 9). Pure functions.

#include <string>
#include <string_view>

#include "storage/base/result.h"

namespace banyan::storage {

enum class RepositoryKind { Model = 0, Dataset = 1 };
// "model" / "dataset" (singular, as in JSON bodies) and "models" / "datasets" (as in routes).
std::string_view Singular(RepositoryKind kind);
std::string_view Plural(RepositoryKind kind);
// Takes either form.
Result<RepositoryKind> ParseRepositoryKind(std::string_view text);

// Case-folded form for uniqueness: ASCII lower case (ids are ASCII).
std::string FoldName(std::string_view name);

// A user or organisation name: 1..64 of [A-Za-z0-9_.-], begins and ends with a letter or digit,
// no "--" or "..", no reserved route word, not the qualified form <16 base32>_<ns> of mirrored
// origins. Invalid says which rule was broken.
Status ValidateNamespace(std::string_view name);
// The second half of a repository id: 1..96 of the same set, same edges, no ".git" ending.
Status ValidateRepositoryName(std::string_view name);

// "namespace/name". Default-made is empty and names nothing.
struct RepositoryId {
  RepositoryKind kind = RepositoryKind::Model;
  std::string owner;
  std::string name;
  std::string Path() const { return owner + "/" + name; }
  auto operator<=>(const RepositoryId&) const = default;
};
// Parses "namespace/name" and validates the shape of both halves (not reservation: existing
// repositories are looked up by it).
Result<RepositoryId> ParseRepositoryId(RepositoryKind kind, std::string_view path);

// Branch and tag names: git's check-ref-format rules for the part after refs/heads/ or
// refs/tags/ (valid UTF-8, no "..", "@{", control character or one of " ~^:?*[\\", no component
// that is empty, begins with "." or ends with ".lock"), at most 255 bytes, and nothing that reads
// as something else: a 40-digit commit id, HEAD, @, an option, or a full ref (refs/...).
Status ValidateRefName(std::string_view name);

// A path of a file inside a repository: valid UTF-8, no empty, "." or ".." component, no
// backslash, control character or NUL, no drive letter, no ".git" component in any case or in a
// spelling that some file system reads as ".git", at most 255 bytes a component, 64 components
// and 1,024 bytes in all.
Status ValidatePath(std::string_view path);
// The form under which two paths of one folder would clash on file systems that fold case or
// normalise: lower case, composed accents taken apart, marks in canonical order, full-width ASCII
// made ASCII. Covers Latin, Greek, Cyrillic, Armenian, kana and Hangul
// (storage/history/path_folding.cc); other characters stand for themselves. Equal forms of
// different paths are refused at local creation. Bytes that are not UTF-8 become U+FFFD.
// Idempotent; for comparison only.
std::string FoldPath(std::string_view path);

}  // namespace banyan::storage
