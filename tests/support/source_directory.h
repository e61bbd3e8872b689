#pragma once
// Where the project's own files lie while its tests run.
#include <string>

namespace banyan::testing {

// The root of the source tree, without a slash at the end. One file alone is compiled with the
// path, so that compiler caches serve every copy of the tree.
std::string SourceDirectory();

}  // namespace banyan::testing
