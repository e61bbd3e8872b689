#pragma once
// The parser, over CLI11 (whose exceptions end here).

#include <string>
#include <vector>

#include "cli/command_table.h"

namespace banyan::cli {

struct ParsedLine {
  enum class Wish { Run, Help, Version };
  Wish wish = Wish::Run;
  Command* command = nullptr;  // for Run, and for Help about one command
  std::string topic;           // for Help: the group or command named so far; "" for all
};

// Fills the members that the parameters of the table are bound to. `arguments` without the
// program's own name. Invalid, in the words of cli/session.h, for a line that is wrong.
Result<ParsedLine> ParseCommandLine(CommandTable& table, std::vector<std::string> arguments);

}  // namespace banyan::cli
