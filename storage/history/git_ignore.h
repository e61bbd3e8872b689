#pragma once
// .gitignore patterns, for telling a client which files of an upload it should skip. Git's rules
// for one file at the root: last match wins, `!` brings back, a trailing slash means folders
// only, what lies in an ignored folder stays ignored. A value; safe for concurrent reading.

#include <cstdint>
#include <deque>
#include <string_view>

#include "storage/history/path_pattern.h"

namespace banyan::storage {

class GitIgnore {
 public:
  GitIgnore() = default;
  static constexpr std::size_t kMaxTextBytes = 1u << 20;
  static constexpr std::size_t kMaxMemoryBytes = 8u << 20;  // of what it is parsed to
  // Of a text over these limits the lines are looked at up to there.
  explicit GitIgnore(std::string_view text);
  // Adds to `steps` as PathPattern::Matches; what it says past kMaxPatternSteps counts for nothing.
  bool Ignores(std::string_view path, std::uint64_t& steps) const;
  bool Ignores(std::string_view path) const {
    std::uint64_t steps = 0;
    return Ignores(path, steps);
  }

 private:
  enum class Verdict { None, Ignored, Kept };
  Verdict Judge(std::string_view path, bool is_folder, std::uint64_t& steps) const;
  struct Rule {
    PathPattern pattern;
    bool whole_path;
    bool folders_only;
    Verdict verdict;
  };
  void AddLine(std::string_view line);
  std::deque<Rule> rules_;
  std::size_t memory_bytes_ = 0;
};

}  // namespace banyan::storage
