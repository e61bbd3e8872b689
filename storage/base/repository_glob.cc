#include "storage/base/repository_glob.h"

#include <algorithm>

#include "storage/base/glob.h"

namespace banyan::storage {

bool IsRepositoryGlob(std::string_view pattern) {
  return std::count(pattern.begin(), pattern.end(), '/') == 2;
}

bool MatchesRepository(std::string_view pattern, const RepositoryId& id) {
  return MatchesGlob(FoldName(pattern), std::string(Plural(id.kind)) + "/" + FoldName(id.Path()));
}

}  // namespace banyan::storage
