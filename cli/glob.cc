#include "cli/glob.h"

#include <fnmatch.h>

namespace banyan::cli {

bool MatchesGlob(const std::string& pattern, const std::string& path) {
  const std::string whole = pattern.ends_with('/') ? pattern + "*" : pattern;
  return ::fnmatch(whole.c_str(), path.c_str(), 0) == 0;
}

}  // namespace banyan::cli
