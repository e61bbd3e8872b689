#include "cli/exit_code.h"
#include "cli/help.h"

namespace banyan::cli {
namespace {

// Text for roff: a backslash or a leading control character would be an instruction.
std::string Roff(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else if (c == '`') {
      out += "\\(aq";
    } else {
      out += c;
    }
  }
  if (out.starts_with('.') || out.starts_with('\'')) out.insert(0, "\\&");
  return out;
}

std::string Term(std::string_view name, std::string_view meaning) {
  return ".TP\n.B " + Roff(name) + "\n" + Roff(meaning) + "\n";
}

std::string ParameterTerm(const Parameter& parameter) {
  std::string name = parameter.name;
  if (const auto comma = name.find(','); comma != name.npos) name.insert(comma + 1, " ");
  if (!parameter.value.empty()) name += " " + parameter.value;
  std::string meaning = parameter.help;
  for (const auto& choice : parameter.choices) {
    meaning += (&choice == &parameter.choices.front() ? ": " : ", ") + choice;
  }
  return Term(name, meaning);
}

std::string CommandEntry(const Command& command) {
  std::string out = ".SS \"banyan " + Roff(UsageLine(command)) + "\"\n" + Roff(command.summary());
  out += ".\n";
  for (std::size_t at = 0; at < command.explanation().size();) {
    const auto end = std::min(command.explanation().find("\n\n", at), command.explanation().size());
    out += ".PP\n" + Roff(command.explanation().substr(at, end - at)) + "\n";
    at = end + 2;
  }
  for (const auto& parameter : command.parameters()) out += ParameterTerm(parameter);
  for (const auto& example : command.examples()) {
    out += ".PP\n" + Roff(example.meaning) + ":\n.PP\n.nf\n    banyan " + Roff(example.command) +
           "\n.fi\n";
  }
  return out;
}

}  // namespace

std::string ManPage(const CommandTable& table, std::string_view version) {
  std::string out = ".TH BANYAN 1 \"\" \"banyan " + std::string(version) + "\" \"User Commands\"\n";
  out += ".SH NAME\nbanyan \\- host, share and fetch AI models and datasets\n";
  out += ".SH SYNOPSIS\n.B banyan\n.I COMMAND\n[options] [arguments]\n";
  out +=
      ".SH DESCRIPTION\n"
      "A node hosts models and datasets with their licence and history. One program runs a node\n"
      "and talks to nodes.\n.PP\n"
      "A repository is written NAMESPACE/NAME, or datasets/NAMESPACE/NAME, with @REVISION where\n"
      "a branch, tag or commit is meant.\n";
  out += ".SH OPTIONS\n";
  for (const auto& parameter : table.globals().all()) out += ParameterTerm(parameter);
  for (const auto& section : table.sections()) {
    out += ".SH \"COMMANDS: " + section.title + "\"\n";
    for (const auto& command : section.commands) out += CommandEntry(*command);
  }
  out += ".SH ENVIRONMENT\n";
  for (const auto& line : VariableTable()) out += Term(line.name, line.meaning);
  out += ".SH \"EXIT STATUS\"\n";
  for (const auto& line : ExitCodeTable()) out += Term(std::to_string(line.code), line.meaning);
  return out;
}

}  // namespace banyan::cli
