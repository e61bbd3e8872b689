#pragma once
// Globs of --include and --exclude, as Hugging Face clients read them.

#include <string>
#include <vector>

namespace banyan {

// `*` matches any characters, "/" too; `?` one character; `[abc]` one of them. A pattern that ends
// in "/" matches everything below that folder.
bool MatchesGlob(const std::string& pattern, const std::string& path);

// --include and --exclude together.
struct PathFilter {
  std::vector<std::string> include;  // none: everything
  std::vector<std::string> exclude;  // wins over include
  bool Wants(const std::string& path) const;
};

}  // namespace banyan
