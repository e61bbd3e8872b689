#include "storage/history/path_pattern.h"

#include <cctype>

namespace banyan::storage {
namespace {

constexpr std::size_t kMaxPatternBytes = 2048;  // git's own line limit for attributes

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

PathPattern::PathPattern(std::string_view pattern) {
  broken_ = pattern.size() > kMaxPatternBytes;
  bool plain = true;
  for (std::size_t at = 0; at < pattern.size() && !broken_;) {
    const char c = pattern[at];
    if (c == '*') {
      at = AddStars(pattern, at);
    } else if (c == '[') {
      at = AddBracket(pattern, at + 1);
    } else if (c == '?') {
      tokens_.push_back({Kind::Byte, std::bitset<256>().set().reset('/')});
      ++at;
    } else {
      if (c == '\\') ++at;
      broken_ = at == pattern.size();
      if (broken_) break;
      AddByte(At(pattern, at));
      literal_.push_back(pattern[at]);
      ++at;
      continue;
    }
    plain = false;
  }
  if (!plain || broken_) literal_.clear();
}

void PathPattern::AddByte(unsigned char byte) {
  tokens_.push_back({Kind::Byte, std::bitset<256>().set(byte)});
}

// `at` is behind the '['; returns the index behind the ']'.
std::size_t PathPattern::AddBracket(std::string_view pattern, std::size_t at) {
  std::bitset<256> set;
  const bool negated = at < pattern.size() && (pattern[at] == '!' || pattern[at] == '^');
  if (negated) ++at;
  for (bool first = true; at < pattern.size(); first = false) {
    if (pattern[at] == ']' && !first) {
      tokens_.push_back({Kind::Byte, (negated ? ~set : set).reset('/')});
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
    tokens_.push_back({Kind::Anything, {}});
    tokens_.push_back({Kind::Rest, {}});
    return at;
  }
  if (at - start >= 2 && opens && pattern[at] == '/') {
    tokens_.push_back({Kind::Folders, {}});
    tokens_.push_back({Kind::FoldersEnd, {}});
    return at + 1;
  }
  tokens_.push_back({Kind::Star, {}});
  return at;
}

// Marks a token as reached, with all that follow without taking a byte.
void PathPattern::Activate(std::vector<char>& active, std::size_t token) const {
  while (active[token] == 0) {
    active[token] = 1;
    if (token == tokens_.size()) return;
    const Kind kind = tokens_[token].kind;
    if (kind == Kind::Folders) {
      active[token + 1] = 1;
      token += 2;
    } else if (kind == Kind::Star || kind == Kind::Rest) {
      token += 1;
    } else {
      return;
    }
  }
}

bool PathPattern::Matches(std::string_view path) const {
  if (broken_) return false;
  std::vector<char> active(tokens_.size() + 1, 0);
  std::vector<char> next(tokens_.size() + 1, 0);
  Activate(active, 0);
  for (const char c : path) {
    next.assign(next.size(), 0);
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      if (active[i] == 0) continue;
      const auto& token = tokens_[i];
      switch (token.kind) {
        case Kind::Byte:
          if (token.set.test(static_cast<unsigned char>(c))) Activate(next, i + 1);
          break;
        case Kind::Star:
          if (c != '/') Activate(next, i);
          break;
        case Kind::Folders: break;
        case Kind::FoldersEnd:
          next[i] = 1;
          if (c == '/') Activate(next, i + 1);
          break;
        case Kind::Anything: Activate(next, i + 1); break;
        case Kind::Rest: Activate(next, i); break;
      }
    }
    active.swap(next);
  }
  return active.back() != 0;
}

}  // namespace banyan::storage
