#pragma once
// Every command, made once per run. One file per command, or per group of small ones; each
// defines its Make function. Commands that are not listed in AllCommands do not exist.

#include <memory>
#include <vector>

#include "cli/command_table.h"

namespace banyan::cli {

std::vector<CommandSection> AllCommands();

std::unique_ptr<Command> MakeCompletion();
std::unique_ptr<Command> MakeHash();
std::unique_ptr<Command> MakeHelp();

}  // namespace banyan::cli
