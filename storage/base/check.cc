#include "storage/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace banyan {

void CheckFailed(const char* expression, const char* file, int line) {
  std::fprintf(stderr, "ENSURE failed: %s at %s:%d\n", expression, file, line);
  std::fflush(stderr);
  std::abort();
}

}  // namespace banyan
