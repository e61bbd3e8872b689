#pragma once
// The whole program but its main(): so that tests run it in this process.

#include <string>
#include <vector>

#include "cli/environment.h"

namespace banyan::cli {

// `arguments` without the program's own name; returns the exit code (cli/exit_code.h).
int RunProgram(Environment& environment, std::vector<std::string> arguments);

}  // namespace banyan::cli
