#pragma once
// Help, made from the command table. Lines fit `columns`.

#include <span>
#include <string>

#include "cli/command_table.h"

namespace banyan::cli {

// All commands, the options of every command, environment, exit codes.
std::string OverviewHelp(const CommandTable& table, std::size_t columns);
// The commands of a group such as "tag".
std::string GroupHelp(const CommandTable& table, const std::string& group, std::size_t columns);
// One command: usage, parameters, examples.
std::string CommandHelp(const Command& command, std::size_t columns);
// By name; NotFound when neither a command nor a group has it.
Result<std::string> HelpAbout(const CommandTable& table, const std::string& name,
                              std::size_t columns);

// "ls [TARGET] [PATH]": name, options if any, and arguments.
std::string UsageLine(const Command& command);

// Environment variables that the program reads.
struct VariableLine {
  std::string_view name;
  std::string_view meaning;
};
std::span<const VariableLine> VariableTable();

// The manual page banyan(1), in roff.
std::string ManPage(const CommandTable& table, std::string_view version);

}  // namespace banyan::cli
