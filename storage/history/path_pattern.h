#pragma once
// Git's path patterns, as .gitattributes and .gitignore use them: `*` and `?` and `[...]` within
// one component, `**/` for any number of folders, a trailing `/**` for everything below, `\` to
// quote. Matching takes time proportional to pattern times path at most, whatever the pattern;
// who matches many counts the steps. Bytes, case-sensitive. Safe for concurrent use.

#include <bitset>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace banyan::storage {

// Of all matches that one call may cost: about a second. Who counts more gives up.
inline constexpr std::uint64_t kMaxPatternSteps = 300'000'000;

class PathPattern {
 public:
  // A malformed pattern (an unclosed bracket, a trailing backslash) matches nothing, as in git.
  explicit PathPattern(std::string_view pattern);
  // Adds to `steps` how many it took, of some nanoseconds each.
  bool Matches(std::string_view path, std::uint64_t& steps) const;
  bool Matches(std::string_view path) const {
    std::uint64_t steps = 0;
    return Matches(path, steps);
  }
  // The one text it matches, when it has no wildcards; else empty.
  const std::string& literal() const { return literal_; }
  std::size_t memory_bytes() const {
    return sizeof(*this) + literal_.capacity() + tokens_.capacity() * sizeof(Token) +
           sets_.capacity() * sizeof(sets_[0]);
  }

 private:
  enum class Kind : std::uint8_t {
    Byte,        // this one
    Set,         // one of a set
    Name,        // any but '/'
    Star,        // any bytes but '/'
    Folders,     // zero or more whole folders: first half, takes nothing itself
    FoldersEnd,  // second half: inside them
    Anything,    // one byte, '/' too
    Rest,        // any bytes, '/' too
  };
  struct Token {
    Kind kind;
    std::uint8_t byte = 0;
    std::uint16_t set = 0;  // of sets_
  };
  class Reached;
  void Add(Kind kind) { tokens_.push_back({kind}); }
  std::size_t AddBracket(std::string_view pattern, std::size_t at);
  std::size_t AddStars(std::string_view pattern, std::size_t at);
  void Activate(Reached& reached, std::size_t token) const;
  void Step(std::size_t token, unsigned char c, Reached& next) const;

  std::vector<Token> tokens_;  // none for one that has no wildcards
  std::vector<std::bitset<256>> sets_;
  std::string literal_;
  bool has_wildcards_ = false;
  bool broken_ = false;
};

}  // namespace banyan::storage
