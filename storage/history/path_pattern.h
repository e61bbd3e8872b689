#pragma once
// Git's path patterns, as .gitattributes and .gitignore use them: `*` and `?` and `[...]` within
// one component, `**/` for any number of folders, a trailing `/**` for everything below, `\` to
// quote. Matching takes time proportional to pattern times path whatever the pattern, so text from
// outside cannot stall a request. Bytes, case-sensitive. Safe for concurrent use.

#include <bitset>
#include <string>
#include <string_view>
#include <vector>

namespace banyan::storage {

class PathPattern {
 public:
  // A malformed pattern (an unclosed bracket, a trailing backslash) matches nothing, as in git.
  explicit PathPattern(std::string_view pattern);
  bool Matches(std::string_view path) const;
  // The one text it matches, when it has no wildcards; else empty.
  const std::string& literal() const { return literal_; }

 private:
  enum class Kind {
    Byte,        // one of `set`
    Star,        // any bytes but '/'
    Folders,     // zero or more whole folders: first half, takes nothing itself
    FoldersEnd,  // second half: inside them
    Anything,    // one byte, '/' too
    Rest,        // any bytes, '/' too
  };
  struct Token {
    Kind kind;
    std::bitset<256> set;
  };
  void AddByte(unsigned char byte);
  std::size_t AddBracket(std::string_view pattern, std::size_t at);
  std::size_t AddStars(std::string_view pattern, std::size_t at);
  void Activate(std::vector<char>& active, std::size_t token) const;

  std::vector<Token> tokens_;
  std::string literal_;
  bool broken_ = false;
};

}  // namespace banyan::storage
