#pragma once
// .gitignore patterns, for telling a client which files of an upload it should skip. Git's rules
// for one file at the root: last match wins, `!` brings back, a trailing slash means folders
// only, what lies in an ignored folder stays ignored. A value; safe for concurrent reading.

#include <string_view>
#include <vector>

#include "storage/history/path_pattern.h"

namespace banyan::storage {

class GitIgnore {
 public:
  GitIgnore() = default;
  // At most 1 MiB is looked at.
  explicit GitIgnore(std::string_view text);
  bool Ignores(std::string_view path) const;

 private:
  enum class Verdict { None, Ignored, Kept };
  Verdict Judge(std::string_view path, bool is_folder) const;
  struct Rule {
    PathPattern pattern;
    bool whole_path;
    bool folders_only;
    Verdict verdict;
  };
  void AddLine(std::string_view line);
  std::vector<Rule> rules_;
};

}  // namespace banyan::storage
