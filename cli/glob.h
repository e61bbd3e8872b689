#pragma once
// Globs of --include and --exclude, as Hugging Face clients read them.

#include <string>

namespace banyan::cli {

// `*` matches any characters, "/" too; `?` one character; `[abc]` one of them. A pattern that ends
// in "/" matches everything below that folder.
bool MatchesGlob(const std::string& pattern, const std::string& path);

}  // namespace banyan::cli
