#pragma once
// What `banyan` tells the shell. The codes are part of its interface: scripts react to them.

#include <span>
#include <string_view>

#include "storage/base/result.h"

namespace banyan::cli {

inline constexpr int kExitDone = 0;
inline constexpr int kExitCrashed = 1;  // a failed ENSURE; never chosen on purpose

int ExitCodeOf(Errc code);

// For help and the man page, in order of code.
struct ExitCodeLine {
  int code = 0;
  std::string_view meaning;
};
std::span<const ExitCodeLine> ExitCodeTable();

}  // namespace banyan::cli
