#include "tests/support/source_directory.h"

namespace banyan::testing {

std::string SourceDirectory() { return BANYAN_SOURCE_DIR; }

}  // namespace banyan::testing
