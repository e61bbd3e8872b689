#pragma once
// Patterns over kind, namespace and name of repositories: "models/lab/*", in any case. Pure
// functions.

#include <string_view>

#include "storage/base/repository_name.h"

namespace banyan::storage {

// Three parts with a slash between them.
bool IsRepositoryGlob(std::string_view pattern);
bool MatchesRepository(std::string_view pattern, const RepositoryId& id);

}  // namespace banyan::storage
