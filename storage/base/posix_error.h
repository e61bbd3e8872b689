#pragma once
// errno as an Error.

#include <string>

#include "storage/base/result.h"

namespace banyan {

// Of the call that just failed on `path`: NotFound, Conflict (it exists), NoSpace, else Io.
Error PosixError(const std::string& path, const char* call);

}  // namespace banyan
