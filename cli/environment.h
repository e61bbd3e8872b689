#pragma once
// All that a command may touch of the world around it: tests hand in their own.

#include <functional>
#include <optional>
#include <string>

#include "cli/interrupt.h"
#include "cli/terminal.h"
#include "storage/base/clock.h"
#include "storage/base/file_system.h"
#include "storage/base/random.h"

namespace banyan::cli {

struct Environment {
  Clock& clock;
  Random& random;
  FileSystem& file_system;
  Terminal& terminal;
  Interrupt& interrupt;
  // The value of an environment variable; nullopt when unset or empty.
  std::function<std::optional<std::string>(const std::string& name)> variable;
};

}  // namespace banyan::cli
