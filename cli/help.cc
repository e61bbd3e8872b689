#include "cli/help.h"

#include <algorithm>

#include "cli/exit_code.h"
#include "cli/text.h"

namespace banyan::cli {
namespace {

constexpr std::size_t kColumnsMax = 100;

struct Term {
  std::string name;
  std::string meaning;
};

// Terms in one column, meanings wrapped in the next.
std::string Definitions(const std::vector<Term>& terms, std::size_t columns) {
  std::size_t width = 0;
  for (const auto& term : terms) {
    if (term.name.size() <= 28) width = std::max(width, term.name.size());
  }
  const std::size_t indent = width + 4;
  columns = std::min(columns, kColumnsMax);
  std::string out;
  for (const auto& term : terms) {
    out += "  " + term.name;
    std::size_t at = term.name.size() + 2;
    for (const auto& line : WrapText(term.meaning, columns > indent + 20 ? columns - indent : 20)) {
      if (at + 2 > indent) {
        out += '\n';
        at = 0;
      }
      out += std::string(indent - at, ' ') + line + '\n';
      at = 0;
    }
  }
  return out;
}

std::string Paragraphs(const std::string& text, std::size_t columns) {
  std::string out;
  for (const auto& line : WrapText(text, std::min(columns, kColumnsMax))) out += line + '\n';
  return out;
}

Term TermOf(const Parameter& parameter) {
  std::string meaning = parameter.help;
  if (!parameter.choices.empty()) {
    std::string choices;
    for (const auto& choice : parameter.choices) choices += (choices.empty() ? "" : ", ") + choice;
    meaning += " (" + choices + ")";
  }
  std::string name = parameter.name;
  if (const auto comma = name.find(','); comma != name.npos) name.insert(comma + 1, " ");
  if (!parameter.value.empty()) name += " " + parameter.value;
  return {name, meaning};
}

std::vector<Term> TermsOf(const std::deque<Parameter>& parameters, bool arguments) {
  std::vector<Term> terms;
  for (const auto& parameter : parameters) {
    if (parameter.IsArgument() == arguments) terms.push_back(TermOf(parameter));
  }
  return terms;
}

}  // namespace

std::string UsageLine(const Command& command) {
  std::string line = command.name();
  for (const auto& parameter : command.parameters()) {
    if (!parameter.IsArgument()) {
      line += " [options]";
      break;
    }
  }
  for (const auto& parameter : command.parameters()) {
    if (!parameter.IsArgument()) continue;
    const auto name = parameter.name + (parameter.IsRepeatable() ? "..." : "");
    line += parameter.kind == Parameter::Kind::Argument ? " " + name : " [" + name + "]";
  }
  return line;
}

std::string CommandHelp(const Command& command, std::size_t columns) {
  std::string out = "banyan " + command.name() + ": " + command.summary() + "\n\n";
  out += "Usage: banyan " + UsageLine(command) + "\n";
  if (!command.explanation().empty()) out += '\n' + Paragraphs(command.explanation(), columns);
  if (const auto terms = TermsOf(command.parameters(), true); !terms.empty()) {
    out += "\nArguments:\n" + Definitions(terms, columns);
  }
  if (const auto terms = TermsOf(command.parameters(), false); !terms.empty()) {
    out += "\nOptions:\n" + Definitions(terms, columns);
  }
  out += "\nAlso --node, --token, --json and the others of `banyan help`.\n";
  if (!command.examples().empty()) out += "\nExamples:\n";
  for (const auto& example : command.examples()) {
    out += "  # " + example.meaning + "\n  banyan " + example.command + "\n";
  }
  return out;
}

std::string GroupHelp(const CommandTable& table, const std::string& group, std::size_t columns) {
  std::string out = "banyan " + group + ": " + std::string(GroupSummary(group)) + "\n\nCommands:\n";
  std::vector<Term> terms;
  for (const auto* command : table.Below(group)) {
    terms.push_back({command->name(), command->summary()});
  }
  return out + Definitions(terms, columns) + "\nMore: `banyan help " + group + " COMMAND`\n";
}

std::string OverviewHelp(const CommandTable& table, std::size_t columns) {
  std::string out =
      "banyan: host, share and fetch AI models and datasets with their licence and history\n\n"
      "Usage: banyan COMMAND [options] [arguments]\n";
  for (const auto& section : table.sections()) {
    std::vector<Term> terms;
    for (const auto& command : section.commands) {
      const auto group = command->name().substr(0, command->name().find(' '));
      if (GroupSummary(group).empty()) {
        terms.push_back({command->name(), command->summary()});
      } else if (terms.empty() || terms.back().name != group) {
        terms.push_back({group, std::string(GroupSummary(group))});
      }
    }
    out += '\n' + section.title + ":\n" + Definitions(terms, columns);
  }
  out +=
      "\nOptions of every command:\n" + Definitions(TermsOf(table.globals().all(), false), columns);
  out += "\nEnvironment:\n";
  std::vector<Term> variables;
  for (const auto& line : VariableTable()) {
    variables.push_back({std::string(line.name), std::string(line.meaning)});
  }
  out += Definitions(variables, columns) + "\nExit codes:\n";
  std::vector<Term> codes;
  for (const auto& line : ExitCodeTable()) {
    codes.push_back({std::to_string(line.code), std::string(line.meaning)});
  }
  return out + Definitions(codes, columns) +
         "\nMore, with examples: `banyan help COMMAND`. A repository is written NAMESPACE/NAME, "
         "or\n"
         "datasets/NAMESPACE/NAME, with @REVISION where a branch, tag or commit is meant.\n";
}

Result<std::string> HelpAbout(const CommandTable& table, const std::string& name,
                              std::size_t columns) {
  if (name.empty()) return OverviewHelp(table, columns);
  if (const auto* command = table.Find(name)) return CommandHelp(*command, columns);
  if (!table.Below(name).empty()) return GroupHelp(table, name, columns);
  const auto similar = table.Similar(name);
  return Error(
      Errc::NotFound,
      "there is no command '" + Printable(name) + "': " +
          (similar.empty() ? "see `banyan help`" : "did you mean `banyan help " + similar + "`?"));
}

std::span<const VariableLine> VariableTable() {
  static constexpr VariableLine kTable[] = {
      {"BANYAN_NODE", "the node to talk to, when --node is absent"},
      {"BANYAN_TOKEN", "the access token, when --token is absent; only for BANYAN_NODE if set"},
      {"XDG_CONFIG_HOME",
       "where the login file lives: banyan/login.json below it, or below "
       "~/.config"},
      {"BANYAN_CACHE", "where pulls without --dest keep files"},
      {"HF_HUB_CACHE",
       "the cache of Hugging Face clients, for --hf-cache and as a source of pulls"},
      {"HF_HOME", "where that cache is, when HF_HUB_CACHE is absent: hub below it"},
      {"XDG_CACHE_HOME", "where pulls keep files: banyan below it, or below ~/.cache"},
      {"https_proxy, http_proxy, no_proxy", "proxies, as for curl"},
  };
  return kTable;
}

}  // namespace banyan::cli
