#pragma once
// The project's own text files, read once, for the tests that hold them to the house rules.

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/catch.h"
#include "tests/support/source_directory.h"

namespace banyan::tidy {

struct SourceFile {
  std::string path;  // from the repository root
  std::string text;
  std::string code;  // of C++: `text` with comments and the inside of literals blanked
};

// "path:line: message", one per broken rule.
using Findings = std::vector<std::string>;

inline bool EndsWith(std::string_view text, std::string_view end) { return text.ends_with(end); }
inline bool IsHeader(const SourceFile& file) { return EndsWith(file.path, ".h"); }
inline bool IsCpp(const SourceFile& file) { return IsHeader(file) || EndsWith(file.path, ".cc"); }
inline bool IsIdentifier(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

// The top directory: "storage", "federation", "node", "cli", "tests", or "" for a file beside them.
inline std::string HouseOf(const std::string& path) {
  const auto slash = path.find('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

// The directory, such as "storage/content"; all tests are one room.
inline std::string RoomOf(const std::string& path) {
  const auto house = HouseOf(path);
  const auto slash = path.rfind('/');
  return slash == std::string::npos || house == "tests" ? house : path.substr(0, slash);
}

inline std::string At(const SourceFile& file, std::size_t offset) {
  const auto begin = file.text.begin();
  const auto line = std::count(begin, begin + static_cast<std::ptrdiff_t>(offset), '\n') + 1;
  return file.path + ":" + std::to_string(line) + ": ";
}

// A whole word at both ends of `token` that are words.
inline bool IsWholeToken(const std::string& code, std::size_t at, const std::string& token) {
  if (IsIdentifier(token.front()) && at > 0 && IsIdentifier(code[at - 1])) return false;
  const auto end = at + token.size();
  return !(IsIdentifier(token.back()) && end < code.size() && IsIdentifier(code[end]));
}

// A quote within a number, as in 1'000.
inline bool IsDigitSeparator(const std::string& text, std::size_t at) {
  std::size_t begin = at;
  while (begin > 0 && (IsIdentifier(text[begin - 1]) || text[begin - 1] == '\'')) --begin;
  return begin < at && std::isdigit(static_cast<unsigned char>(text[begin]));
}

// Where the comment or literal that starts at `at` ends (one past); `at` when none starts there.
inline std::size_t EndOfBlank(const std::string& text, std::size_t at) {
  const auto past = [&](std::string_view end, std::size_t from) {
    const auto found = text.find(end, from);
    return found == std::string::npos ? text.size() : found + end.size();
  };
  if (text.compare(at, 2, "//") == 0) return past("\n", at) - 1;
  if (text.compare(at, 2, "/*") == 0) return past("*/", at + 2);
  if (text.compare(at, 2, "R\"") == 0) {
    const auto open = text.find('(', at);
    return past(")" + text.substr(at + 2, open - at - 2) + "\"", open);
  }
  const char quote = text[at];
  if (quote != '"' && (quote != '\'' || IsDigitSeparator(text, at))) return at;
  std::size_t end = at + 1;
  while (end < text.size() && text[end] != quote && text[end] != '\n') {
    end += text[end] == '\\' ? 2 : 1;
  }
  return std::min(end + 1, text.size());
}

// Blanks comments and literals, keeping every line and offset in its place.
inline std::string BlankCommentsAndLiterals(const std::string& text) {
  std::string code = text;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = EndOfBlank(text, at);
    for (auto i = at; i < end; ++i) {
      if (code[i] != '\n') code[i] = ' ';
    }
    at = std::max(end, at + 1);
  }
  return code;
}

inline SourceFile MakeFile(std::string path, std::string text) {
  SourceFile file{std::move(path), std::move(text), ""};
  if (IsCpp(file)) file.code = BlankCommentsAndLiterals(file.text);
  return file;
}

struct Include {
  std::string name;
  bool quoted;
  std::size_t offset;
};

inline std::vector<Include> IncludesOf(const SourceFile& file) {
  std::vector<Include> includes;
  for (std::size_t at = 0; at < file.text.size();) {
    const auto end = std::min(file.text.find('\n', at), file.text.size());
    const std::string line = file.text.substr(at, end - at);
    for (const auto& [open, close] : {std::pair{'"', '"'}, std::pair{'<', '>'}}) {
      const std::string prefix = std::string("#include ") + open;
      if (!line.starts_with(prefix)) continue;
      const auto stop = line.find(close, prefix.size());
      includes.push_back({line.substr(prefix.size(), stop - prefix.size()), open == '"', at});
    }
    at = end + 1;
  }
  return includes;
}

// Every text file except build directories and the like, in byte order of paths.
inline const std::vector<SourceFile>& Tree() {
  static const std::vector<SourceFile> tree = [] {
    const std::filesystem::path root = banyan::testing::SourceDirectory();
    std::vector<SourceFile> files;
    for (const char* part : {"CMakeLists.txt", "README.md", "cli", "federation", "node", "storage",
                             "tests", ".ci", ".clang-tidy", ".clang-format"}) {
      const auto add = [&](const std::filesystem::path& path) {
        std::ifstream in(path, std::ios::binary);
        std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
        if (text.find('\0') != std::string::npos) return;
        files.push_back(MakeFile(path.lexically_relative(root).string(), std::move(text)));
      };
      if (std::filesystem::is_regular_file(root / part)) add(root / part);
      if (!std::filesystem::is_directory(root / part)) continue;
      for (const auto& entry : std::filesystem::recursive_directory_iterator(root / part)) {
        const bool is_cache = entry.path().string().find("__pycache__") != std::string::npos;
        if (entry.is_regular_file() && !is_cache) add(entry.path());
      }
    }
    std::sort(files.begin(), files.end(),
              [](const auto& a, const auto& b) { return a.path < b.path; });
    return files;
  }();
  return tree;
}

inline void RequireNone(const Findings& findings) {
  for (const auto& finding : findings) FAIL_CHECK(finding);
  SUCCEED();
}

inline void Append(Findings& all, const Findings& more) {
  all.insert(all.end(), more.begin(), more.end());
}

// Calls `check` for each file and fails with what it finds.
template <typename Check>
void RequireNoneInTree(Check check) {
  REQUIRE(Tree().size() > 10);
  Findings findings;
  for (const auto& file : Tree()) Append(findings, check(file));
  RequireNone(findings);
}

}  // namespace banyan::tidy
