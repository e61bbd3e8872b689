#include "cli/command_table.h"

#include <algorithm>
#include <numeric>

namespace banyan::cli {
namespace {

struct Group {
  std::string_view name;
  std::string_view summary;
};
constexpr Group kGroups[] = {
    {"admin", "run a node: accounts, upkeep, backups"},
    {"admin orgs", "organisations and their members"},
    {"admin quotas", "how much users and organisations may keep"},
    {"admin tokens", "access tokens of users"},
    {"admin users", "accounts"},
    {"branch", "list, create and delete branches"},
    {"bundle", "repositories on a disk that is carried"},
    {"cache", "the files that pulls keep on this machine"},
    {"federation", "this node among others"},
    {"peer", "the nodes that this node asks"},
    {"tag", "list, create and delete tags"},
};

// How many letters must be put in, left out or replaced to turn `a` into `b`.
std::size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0u);
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j + 1] + 1, row[j] + 1, replaced});
    }
  }
  return row[b.size()];
}

}  // namespace

CommandTable::CommandTable(std::vector<CommandSection> sections) : sections_(std::move(sections)) {
  globals_.Option("--node", "URL", options_.nodes, "the node to talk to; several for a pull");
  globals_.Option("--token", "TOKEN", options_.token,
                  "the access token; other users of this machine can see it in the process list");
  globals_
      .Option("--ca-file", "FILE", options_.ca_file,
              "trust these certificates (PEM) instead of the system's")
      .offers = Offers::Files;
  globals_.Flag("--json", options_.json, "print results, and errors, as JSON");
  globals_.Flag("-q,--quiet", options_.quiet, "no remarks and no progress");
  globals_.Flag("-v,--verbose", options_.verbose, "tell more on standard error");
  globals_.Flag("--version", options_.version, "print the version");
}

std::vector<Command*> CommandTable::All() const {
  std::vector<Command*> all;
  for (const auto& section : sections_) {
    for (const auto& command : section.commands) all.push_back(command.get());
  }
  return all;
}

Command* CommandTable::Find(std::string_view name) const {
  for (auto* command : All()) {
    if (command->name() == name) return command;
  }
  return nullptr;
}

std::vector<Command*> CommandTable::Below(std::string_view group) const {
  std::vector<Command*> below;
  for (auto* command : All()) {
    if (command->name().starts_with(std::string(group) + " ")) below.push_back(command);
  }
  return below;
}

std::vector<std::string> CommandTable::FirstWords() const {
  std::vector<std::string> words;
  for (const auto* command : All()) {
    auto word = command->name().substr(0, command->name().find(' '));
    if (std::find(words.begin(), words.end(), word) == words.end()) words.push_back(word);
  }
  return words;
}

std::string CommandTable::Similar(std::string_view word) const {
  std::string best;
  std::size_t best_distance = 3;
  for (const auto& candidate : FirstWords()) {
    const auto distance = EditDistance(word, candidate);
    if (distance < best_distance && distance < candidate.size()) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

std::string_view GroupSummary(std::string_view group) {
  for (const auto& known : kGroups) {
    if (known.name == group) return known.summary;
  }
  return {};
}

}  // namespace banyan::cli
