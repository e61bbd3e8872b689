#pragma once
// Shell completion, generated from the command table. Each script finds the command that the
// words so far name, then offers its subcommands, options, choices and files.

#include <string>

#include "cli/command_table.h"

namespace banyan::cli {

// To be sourced by bash, or put where bash-completion looks.
std::string BashCompletion(const CommandTable& table);
// A file "_banyan" for a directory in fpath.
std::string ZshCompletion(const CommandTable& table);
// "banyan.fish" for ~/.config/fish/completions.
std::string FishCompletion(const CommandTable& table);

// What can follow a name: the next words of commands below it ("" is the program itself), each
// with its summary.
struct NextWord {
  std::string word;
  std::string summary;
};
std::vector<NextWord> NextWords(const CommandTable& table, const std::string& name);
// Every prefix of a command's name, so "admin", "admin user", "admin user create", each once.
std::vector<std::string> AllNames(const CommandTable& table);

}  // namespace banyan::cli
