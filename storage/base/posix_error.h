#pragma once
// errno as an Error.

#include <string>

#include "storage/base/result.h"

namespace banyan {

// Of the call that just failed on `path`: NotFound, Conflict (it exists), NoSpace, Unavailable (the
// machine lacks memory, or has too many files open: nothing is wrong with the path), else Io.
Error PosixError(const std::string& path, const char* call);

}  // namespace banyan
