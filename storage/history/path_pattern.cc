#include "storage/history/path_pattern.h"

#include <array>
#include <cctype>
#include <span>
#include <utility>

namespace banyan::storage {
namespace {

constexpr std::size_t kMaxPatternBytes = 2048;  // git's own line limit for attributes
constexpr std::uint64_t kMatchSteps = 4;        // however soon it is decided

unsigned char At(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

// "[:alpha:]" and so on, ASCII only. False for an unknown name.
bool AddClass(std::bitset<256>& set, std::string_view name) {
  struct Class {
    std::string_view name;
    int (*test)(int);
  };
  static constexpr Class kClasses[] = {
      {"alnum", std::isalnum}, {"alpha", std::isalpha}, {"blank", std::isblank},
      {"cntrl", std::iscntrl}, {"digit", std::isdigit}, {"graph", std::isgraph},
      {"lower", std::islower}, {"print", std::isprint}, {"punct", std::ispunct},
      {"space", std::isspace}, {"upper", std::isupper}, {"xdigit", std::isxdigit}};
  for (const auto& known : kClasses) {
    if (known.name != name) continue;
    for (int c = 0; c < 128; ++c) {
      if (known.test(c) != 0) set.set(static_cast<std::size_t>(c));
    }
    return true;
  }
  return false;
}

}  // namespace

// The tokens that a text may have come to, the end of the pattern among them.
class PathPattern::Reached {
 public:
  bool Has(std::size_t token) const { return is_reached_[token]; }
  void Add(std::size_t token) {
    if (is_reached_[token]) return;
    is_reached_[token] = true;
    tokens_[count_++] = static_cast<std::uint16_t>(token);
  }
  void Clear() {
    for (const auto token : tokens()) is_reached_[token] = false;
    count_ = 0;
  }
  std::span<const std::uint16_t> tokens() const { return std::span(tokens_).first(count_); }

 private:
  std::bitset<kMaxPatternBytes + 1> is_reached_;
  std::array<std::uint16_t, kMaxPatternBytes + 1> tokens_;
  std::size_t count_ = 0;
};

PathPattern::PathPattern(std::string_view pattern) {
  broken_ = pattern.size() > kMaxPatternBytes;
  for (std::size_t at = 0; at < pattern.size() && !broken_;) {
    const char c = pattern[at];
    if (c == '*') {
      at = AddStars(pattern, at);
    } else if (c == '[') {
      at = AddBracket(pattern, at + 1);
    } else if (c == '?') {
      Add(Kind::Name);
      ++at;
    } else {
      if (c == '\\') ++at;
      broken_ = at == pattern.size();
      if (broken_) break;
      tokens_.push_back({Kind::Byte, At(pattern, at)});
      literal_.push_back(pattern[at]);
      ++at;
      continue;
    }
    has_wildcards_ = true;
  }
  if (has_wildcards_ || broken_) literal_.clear();
  if (!has_wildcards_ || broken_) tokens_.clear();
  if (broken_) sets_.clear();
  literal_.shrink_to_fit();
  tokens_.shrink_to_fit();
  sets_.shrink_to_fit();
}

// `at` is behind the '['; returns the index behind the ']'.
std::size_t PathPattern::AddBracket(std::string_view pattern, std::size_t at) {
  std::bitset<256> set;
  const bool negated = at < pattern.size() && (pattern[at] == '!' || pattern[at] == '^');
  if (negated) ++at;
  for (bool first = true; at < pattern.size(); first = false) {
    if (pattern[at] == ']' && !first) {
      tokens_.push_back({Kind::Set, 0, static_cast<std::uint16_t>(sets_.size())});
      sets_.push_back((negated ? ~set : set).reset('/'));
      return at + 1;
    }
    if (pattern.substr(at, 2) == "[:") {
      const std::size_t end = pattern.find(":]", at + 2);
      if (end == std::string_view::npos) break;
      if (!AddClass(set, pattern.substr(at + 2, end - at - 2))) break;
      at = end + 2;
      continue;
    }
    if (pattern[at] == '\\' && ++at == pattern.size()) break;
    const std::size_t low = At(pattern, at++);
    std::size_t high = low;
    if (at + 1 < pattern.size() && pattern[at] == '-' && pattern[at + 1] != ']') {
      if (pattern[++at] == '\\' && ++at == pattern.size()) break;
      high = At(pattern, at++);
    }
    for (std::size_t c = low; c <= high; ++c) set.set(c);
  }
  broken_ = true;
  return pattern.size();
}

// A run of stars. Two or more that are a whole component cross folders, others do not.
std::size_t PathPattern::AddStars(std::string_view pattern, std::size_t at) {
  const std::size_t start = at;
  while (at < pattern.size() && pattern[at] == '*') ++at;
  const bool opens = start == 0 || pattern[start - 1] == '/';
  if (at - start >= 2 && opens && at == pattern.size()) {
    Add(Kind::Anything);
    Add(Kind::Rest);
    return at;
  }
  if (at - start >= 2 && opens && pattern[at] == '/') {
    Add(Kind::Folders);
    Add(Kind::FoldersEnd);
    return at + 1;
  }
  Add(Kind::Star);
  return at;
}

// Marks a token as reached, with all that follow without taking a byte.
void PathPattern::Activate(Reached& reached, std::size_t token) const {
  while (!reached.Has(token)) {
    reached.Add(token);
    if (token == tokens_.size()) return;
    const Kind kind = tokens_[token].kind;
    if (kind == Kind::Folders) {
      reached.Add(token + 1);
      token += 2;
    } else if (kind == Kind::Star || kind == Kind::Rest) {
      token += 1;
    } else {
      return;
    }
  }
}

// Where a token that was reached leads with the next byte.
void PathPattern::Step(std::size_t token, unsigned char c, Reached& next) const {
  if (token == tokens_.size()) return;
  const Token& at = tokens_[token];
  switch (at.kind) {
    case Kind::Byte:
      if (at.byte == c) Activate(next, token + 1);
      break;
    case Kind::Set:
      if (sets_[at.set].test(c)) Activate(next, token + 1);
      break;
    case Kind::Name:
      if (c != '/') Activate(next, token + 1);
      break;
    case Kind::Star:
      if (c != '/') Activate(next, token);
      break;
    case Kind::Folders: break;
    case Kind::FoldersEnd:
      next.Add(token);
      if (c == '/') Activate(next, token + 1);
      break;
    case Kind::Anything: Activate(next, token + 1); break;
    case Kind::Rest: Activate(next, token); break;
  }
}

bool PathPattern::Matches(std::string_view path, std::uint64_t& steps) const {
  steps += kMatchSteps;
  if (broken_) return false;
  if (!has_wildcards_) return path == literal_;
  const Token& first = tokens_.front();
  if (first.kind == Kind::Byte && (path.empty() || At(path, 0) != first.byte)) return false;
  std::array<Reached, 2> lists;
  Reached* now = &lists[0];
  Reached* next = &lists[1];
  Activate(*now, 0);
  for (const char c : path) {
    if (now->tokens().empty()) return false;
    steps += now->tokens().size();
    for (const auto token : now->tokens()) Step(token, static_cast<unsigned char>(c), *next);
    std::swap(now, next);
    next->Clear();
  }
  return now->Has(tokens_.size());
}

}  // namespace banyan::storage
