#pragma once
// .gitattributes, as far as it decides which files are LFS pointers: the `filter` attribute.
// Git's rules: a pattern without a slash is compared with the file's name, one with a slash with
// the path from the folder of its .gitattributes; the last matching line wins, a deeper folder's
// file above an outer one's; `-filter` and `!filter` take it away; `[attr]` macros are expanded.
// Values; safe for concurrent reading.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "storage/history/path_pattern.h"

namespace banyan::storage {

// What decides about one path.
enum class LfsFilter {
  None,     // no line speaks of it
  Tracked,  // filter=lfs
  Plain,    // another filter, or expressly none
};

// One .gitattributes file.
class GitAttributes {
 public:
  GitAttributes() = default;
  // Reads what git would; lines it would ignore are ignored. At most 4 MiB are looked at.
  explicit GitAttributes(std::string_view text);
  // `path` is relative to the file's folder.
  LfsFilter Filter(std::string_view path) const;

 private:
  struct Rule {
    PathPattern pattern;
    bool whole_path;
    LfsFilter filter;
  };
  void AddLine(std::string_view line);
  void AddRule(std::string_view pattern, LfsFilter filter);
  LfsFilter FilterOf(std::string_view attributes, bool* found) const;

  std::vector<Rule> rules_;
  // Patterns without wildcards, by path or name: the index of their last rule.
  std::map<std::string, std::size_t, std::less<>> exact_path_;
  std::map<std::string, std::size_t, std::less<>> exact_name_;
  std::vector<std::size_t> wild_;  // rules with wildcards, ascending
  std::map<std::string, LfsFilter, std::less<>> macros_;
};

// All .gitattributes of one revision, by folder ("" is the root).
class AttributeTree {
 public:
  void Set(const std::string& folder, std::string_view text);
  bool Has(const std::string& folder) const { return folders_.count(folder) != 0; }
  LfsFilter Filter(std::string_view path) const;

 private:
  std::map<std::string, GitAttributes, std::less<>> folders_;
};

// The line that tracks exactly this path ("a b[1].bin" -> "a[[:space:]]b\[1\].bin filter=lfs
// diff=lfs merge=lfs -text\n").
std::string TrackingLine(std::string_view path);

}  // namespace banyan::storage
