#include "cli/completion.h"

#include <algorithm>

namespace banyan::cli {
namespace {

std::string SingleQuoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::string Join(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

// Shell code of bash and zsh alike: sets `name` to the command that `words_so_far` spell.
std::string FindName(const CommandTable& table, const std::string& words_so_far) {
  std::string patterns;
  for (const auto& name : AllNames(table)) {
    const auto space = name.rfind(' ');
    const auto before = space == name.npos ? "" : name.substr(0, space);
    const auto word = space == name.npos ? name : name.substr(space + 1);
    patterns += (patterns.empty() ? "" : "|") + SingleQuoted(before + " " + word);
  }
  return "  local name= word\n  for word in " + words_so_far +
         "; do\n    case \"$name $word\" in " + patterns +
         ")\n      name=${name:+$name }$word ;;\n    esac\n  done\n";
}

std::vector<std::string> OptionSpellings(const std::deque<Parameter>& parameters) {
  std::vector<std::string> spellings;
  for (const auto& parameter : parameters) {
    if (parameter.IsArgument()) continue;
    for (auto& spelling : parameter.Spellings()) spellings.push_back(std::move(spelling));
  }
  return spellings;
}

// Choices, files or nothing for the value of an option or argument, in bash.
std::string BashValues(const Parameter& parameter) {
  if (!parameter.choices.empty()) return "-W " + SingleQuoted(Join(parameter.choices));
  if (parameter.offers == Offers::Folders) return "-d";
  return parameter.offers == Offers::Files ? "-f" : "";
}

std::string BashOptionValues(const std::string& name, const std::deque<Parameter>& parameters) {
  std::string out;
  for (const auto& parameter : parameters) {
    if (parameter.kind != Parameter::Kind::Option) continue;
    for (const auto& spelling : parameter.Spellings()) {
      const auto values = BashValues(parameter);
      out +=
          "    " +
          (name == "*" ? "*" + SingleQuoted(" " + spelling) : SingleQuoted(name + " " + spelling)) +
          ") " + (values.empty() ? "" : "COMPREPLY=($(compgen " + values + " -- \"$current\")); ") +
          "return ;;\n";
    }
  }
  return out;
}

}  // namespace

std::vector<std::string> AllNames(const CommandTable& table) {
  std::vector<std::string> names;
  for (const auto* command : table.All()) {
    const auto& name = command->name();
    for (auto at = name.find(' ');; at = name.find(' ', at + 1)) {
      auto prefix = name.substr(0, at);
      if (std::find(names.begin(), names.end(), prefix) == names.end()) names.push_back(prefix);
      if (at == name.npos) break;
    }
  }
  return names;
}

std::vector<NextWord> NextWords(const CommandTable& table, const std::string& name) {
  std::vector<NextWord> next;
  for (const auto& full : AllNames(table)) {
    const auto space = full.rfind(' ');
    const bool below = space == full.npos ? name.empty() : full.substr(0, space) == name;
    if (!below) continue;
    const auto* command = table.Find(full);
    next.push_back({space == full.npos ? full : full.substr(space + 1),
                    command ? command->summary() : std::string(GroupSummary(full))});
  }
  return next;
}

std::string BashCompletion(const CommandTable& table) {
  std::string out = "_banyan() {\n  local current=${COMP_WORDS[COMP_CWORD]}\n";
  out += FindName(table, "\"${COMP_WORDS[@]:1:COMP_CWORD-1}\"");
  out += "  case \"$name ${COMP_WORDS[COMP_CWORD-1]}\" in\n";
  for (const auto* command : table.All()) {
    out += BashOptionValues(command->name(), command->parameters());
  }
  out += BashOptionValues("*", table.globals().all()) + "  esac\n";
  out += "  local options= more=()\n  case $name in\n";
  std::vector<std::string> first;
  for (const auto& next : NextWords(table, "")) first.push_back(next.word);
  out += "    '') options=" + SingleQuoted(Join(first)) + " ;;\n";
  for (const auto& name : AllNames(table)) {
    const auto* command = table.Find(name);
    std::vector<std::string> words;
    std::string more;
    for (const auto& next : NextWords(table, name)) words.push_back(next.word);
    if (command != nullptr) {
      for (auto& option : OptionSpellings(command->parameters())) words.push_back(option);
      for (const auto& parameter : command->parameters()) {
        const auto values = parameter.IsArgument() ? BashValues(parameter) : "";
        if (!values.empty()) more = " more=($(compgen " + values + " -- \"$current\"))";
      }
    }
    out += "    " + SingleQuoted(name) + ") options=" + SingleQuoted(Join(words)) + more + " ;;\n";
  }
  out += "  esac\n  COMPREPLY=($(compgen -W \"$options " +
         Join(OptionSpellings(table.globals().all())) +
         "\" -- \"$current\") \"${more[@]}\")\n}\ncomplete -o filenames -F _banyan banyan\n";
  return out;
}

std::string ZshCompletion(const CommandTable& table) {
  std::string out = "#compdef banyan\n_banyan() {\n";
  out += FindName(table, "\"${(@)words[2,CURRENT-1]}\"");
  out += "  local -a commands options\n  local files=\n  case $name in\n";
  auto names = AllNames(table);
  names.insert(names.begin(), "");
  for (const auto& name : names) {
    out += "    " + SingleQuoted(name) + ")\n";
    for (const auto& next : NextWords(table, name)) {
      out += "      commands+=(" + SingleQuoted(next.word + ":" + next.summary) + ")\n";
    }
    if (const auto* command = table.Find(name)) {
      for (const auto& parameter : command->parameters()) {
        if (parameter.offers != Offers::Nothing) out += "      files=1\n";
        for (const auto& choice : parameter.choices) out += "      commands+=(" + choice + ")\n";
        if (parameter.IsArgument()) continue;
        for (const auto& spelling : parameter.Spellings()) {
          out += "      options+=(" + SingleQuoted(spelling + ":" + parameter.help) + ")\n";
        }
      }
    }
    out += "      ;;\n";
  }
  out += "  esac\n";
  for (const auto& parameter : table.globals().all()) {
    for (const auto& spelling : parameter.Spellings()) {
      out += "  options+=(" + SingleQuoted(spelling + ":" + parameter.help) + ")\n";
    }
  }
  return out +
         "  [[ -z $commands ]] || _describe command commands\n"
         "  if [[ $PREFIX == -* ]]; then _describe -o option options\n"
         "  elif [[ -n $files ]]; then _files; fi\n}\n"
         "if [[ $funcstack[1] == _banyan ]]; then _banyan \"$@\"; else compdef _banyan banyan; "
         "fi\n";
}

std::string FishCompletion(const CommandTable& table) {
  std::string patterns;
  for (const auto& name : AllNames(table)) patterns += " " + SingleQuoted(name);
  std::string out =
      "function __banyan_name\n  set -l name ''\n  for word in (commandline -opc)[2..]\n"
      "    set -l longer (string trim \"$name $word\")\n"
      "    contains -- $longer" +
      patterns +
      "; and set name $longer\n  end\n"
      "  test \"$name\" = \"$argv[1]\"\nend\ncomplete -c banyan -f\n";
  const auto add_option = [&](const std::string& condition, const Parameter& parameter) {
    out += "complete -c banyan" + condition;
    for (const auto& spelling : parameter.Spellings()) {
      out += spelling.starts_with("--") ? " -l " + spelling.substr(2) : " -s " + spelling.substr(1);
    }
    if (parameter.kind == Parameter::Kind::Option) {
      out += parameter.offers == Offers::Nothing ? " -x" : " -r -F";
      if (!parameter.choices.empty()) out += " -a " + SingleQuoted(Join(parameter.choices));
    }
    out += " -d " + SingleQuoted(parameter.help) + "\n";
  };
  for (const auto& parameter : table.globals().all()) add_option("", parameter);
  auto names = AllNames(table);
  names.insert(names.begin(), "");
  for (const auto& name : names) {
    const auto condition = " -n " + SingleQuoted("__banyan_name \"" + name + "\"");
    for (const auto& next : NextWords(table, name)) {
      out += "complete -c banyan" + condition + " -a " + next.word + " -d " +
             SingleQuoted(next.summary) + "\n";
    }
    const auto* command = table.Find(name);
    if (command == nullptr) continue;
    for (const auto& parameter : command->parameters()) {
      if (!parameter.IsArgument()) {
        add_option(condition, parameter);
      } else if (parameter.offers != Offers::Nothing) {
        out += "complete -c banyan" + condition + " -F\n";
      } else if (!parameter.choices.empty()) {
        out += "complete -c banyan" + condition + " -a " + SingleQuoted(Join(parameter.choices)) +
               "\n";
      }
    }
  }
  return out;
}

}  // namespace banyan::cli
