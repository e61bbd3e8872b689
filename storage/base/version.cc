#include "storage/base/version.h"

namespace banyan {

std::string_view Version() { return BANYAN_VERSION; }

}  // namespace banyan
