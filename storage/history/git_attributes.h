#pragma once
// .gitattributes, as far as it decides which files are LFS pointers: the `filter` attribute.
// Git's rules: a pattern without a slash is compared with the file's name, one with a slash with
// the path from the folder of its .gitattributes; the last matching line wins, a deeper folder's
// file above an outer one's; `-filter` and `!filter` take it away; `[attr]` macros are expanded.
// Text from outside cannot take much memory or time: there are limits for one file, beyond which
// nothing of it is looked at, and for all of one call, beyond which it fails.

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "storage/base/result.h"
#include "storage/history/path_pattern.h"

namespace banyan::storage {

// What decides about one path.
enum class LfsFilter {
  None,     // no line speaks of it
  Tracked,  // filter=lfs
  Plain,    // another filter, or expressly none
};

// One .gitattributes file. A value; safe for concurrent reading.
class GitAttributes {
 public:
  // Enough for a line for each of 40,000 files.
  static constexpr std::size_t kMaxTextBytes = 4u << 20;
  static constexpr std::size_t kMaxMemoryBytes = 16u << 20;  // of what it is parsed to

  GitAttributes() = default;
  // Reads what git would; lines it would ignore are ignored, those over 2 KiB among them. Of a file
  // over the limits above the lines are looked at up to there.
  explicit GitAttributes(std::string_view text);
  // `path` is relative to the file's folder. Adds to `steps` as PathPattern::Matches; what it says
  // past kMaxPatternSteps counts for nothing.
  LfsFilter Filter(std::string_view path, std::uint64_t& steps) const;
  LfsFilter Filter(std::string_view path) const {
    std::uint64_t steps = 0;
    return Filter(path, steps);
  }
  // How much memory it takes, at most.
  std::size_t memory_bytes() const { return memory_bytes_; }

 private:
  struct Rule {
    std::uint32_t number = 0;  // from 1, in order of the lines
    LfsFilter filter = LfsFilter::None;
  };
  struct WildRule {
    Rule rule;
    bool whole_path;
    PathPattern pattern;
  };
  using ExactRules = std::map<std::string, Rule, std::less<>>;
  void AddLine(std::string_view line);
  void AddRule(std::string_view pattern, LfsFilter filter);
  LfsFilter FilterOf(std::string_view attributes, bool* found) const;

  std::uint32_t rules_ = 0;
  std::size_t memory_bytes_ = 0;
  // Patterns without wildcards, by path or name: their last rule.
  ExactRules exact_path_;
  ExactRules exact_name_;
  std::deque<WildRule> wild_;
  std::map<std::string, LfsFilter, std::less<>> macros_;
};

// All .gitattributes of one revision that one call needs, by folder ("" is the root). Used by one
// thread.
class AttributeTree {
 public:
  static constexpr std::size_t kMaxTextBytes = 2 * GitAttributes::kMaxTextBytes;
  static constexpr std::size_t kMaxMemoryBytes = 3 * GitAttributes::kMaxMemoryBytes;

  // TooLarge when there is more of them than one call may need.
  Status Set(const std::string& folder, std::string_view text);
  bool Has(const std::string& folder) const {
    return folders_.contains(folder) || silent_folders_.contains(folder);
  }
  // TooLarge when comparing all paths so far took more than kMaxPatternSteps.
  Result<LfsFilter> Filter(std::string_view path);
  // How much memory all take, at most.
  std::size_t memory_bytes() const { return memory_bytes_; }

 private:
  std::map<std::string, GitAttributes, std::less<>> folders_;
  std::set<std::string> silent_folders_;  // without rules, as most
  std::size_t text_bytes_ = 0;
  std::size_t memory_bytes_ = 0;
  std::uint64_t steps_ = 0;
};

// The line that tracks exactly this path ("a b[1].bin" -> "a[[:space:]]b\[1\].bin filter=lfs
// diff=lfs merge=lfs -text\n").
std::string TrackingLine(std::string_view path);

}  // namespace banyan::storage
