#pragma once
// All commands, in the order and under the headings in which help shows them, and the options
// that every command takes.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"

namespace banyan::cli {

struct GlobalOptions {
  std::vector<std::string> nodes;  // --node, several only where the command takes them
  std::string token;               // --token
  std::string ca_file;
  bool json = false;
  bool quiet = false;
  bool verbose = false;
  bool version = false;

  // The first --node; empty: see cli/session.h.
  std::string Node() const { return nodes.empty() ? "" : nodes.front(); }
};

struct CommandSection {
  std::string title;
  std::vector<std::unique_ptr<Command>> commands;
};

class CommandTable {
 public:
  explicit CommandTable(std::vector<CommandSection> sections);
  CommandTable(const CommandTable&) = delete;
  CommandTable& operator=(const CommandTable&) = delete;

  const std::vector<CommandSection>& sections() const { return sections_; }
  const Parameters& globals() const { return globals_; }
  const GlobalOptions& options() const { return options_; }

  // All commands in order.
  std::vector<Command*> All() const;
  // nullptr when there is none of this full name.
  Command* Find(std::string_view name) const;
  // The commands below a group: "tag" gives "tag list", "tag create", ...; empty for no group.
  std::vector<Command*> Below(std::string_view group) const;
  // The first words of all names, each once, in order.
  std::vector<std::string> FirstWords() const;
  // A first word that looks like `word`, for "did you mean"; empty when none does.
  std::string Similar(std::string_view word) const;

 private:
  std::vector<CommandSection> sections_;
  GlobalOptions options_;
  Parameters globals_;
};

// What groups of commands are for: "tag" -> "name revisions for good". Empty for no group.
std::string_view GroupSummary(std::string_view group);

}  // namespace banyan::cli
