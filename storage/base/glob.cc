#include "storage/base/glob.h"

#include <fnmatch.h>

#include <algorithm>

namespace banyan {

bool MatchesGlob(const std::string& pattern, const std::string& path) {
  const std::string whole = pattern.ends_with('/') ? pattern + "*" : pattern;
  return ::fnmatch(whole.c_str(), path.c_str(), 0) == 0;
}

bool PathFilter::Wants(const std::string& path) const {
  const auto matches = [&](const std::string& glob) { return MatchesGlob(glob, path); };
  const bool in = include.empty() || std::any_of(include.begin(), include.end(), matches);
  return in && std::none_of(exclude.begin(), exclude.end(), matches);
}

}  // namespace banyan
