#include "cli/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <iterator>

#include "cli/text.h"

namespace banyan::cli {
namespace {

constexpr const char* kHelpFlag = "-h,--help";

// Where several arguments are taken, CLI11 reads "[a,b]" as the two of them, though it may be a
// name. Behind this character, which no program is ever given, the word is left as it is.
constexpr char kWordEnd = '\0';

std::string WithWordEnd(std::string word) {
  if (word.starts_with('[')) word += kWordEnd;
  return word;
}

std::string WithoutWordEnd(std::string word) {
  if (word.ends_with(kWordEnd)) word.pop_back();
  return word;
}

// For CLI11: what is wrong with the text of a number; empty when nothing is.
std::string ComplaintAbout(const std::string& text, std::uint64_t at_least) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  if (value >= at_least) return "";
  return "must be a whole number, " + std::to_string(at_least) + " or more";
}

void Bind(CLI::App& app, const Parameter& parameter) {
  CLI::Option* option = nullptr;
  if (auto* flag = std::get_if<bool*>(&parameter.target)) {
    app.add_flag(parameter.name, **flag);
    return;
  }
  if (auto* text = std::get_if<std::string*>(&parameter.target)) {
    option = app.add_option(parameter.name, **text);
  } else if (auto* list = std::get_if<std::vector<std::string>*>(&parameter.target)) {
    option = app.add_option(parameter.name, **list);
    // One value each time it is given: the words behind that are not its own.
    if (!parameter.IsArgument()) option->expected(1)->take_all()->allow_extra_args(false);
  } else if (auto* maybe = std::get_if<std::optional<std::string>*>(&parameter.target)) {
    option = app.add_option_function<std::string>(
        parameter.name, [text = *maybe](const std::string& value) { *text = value; });
  } else {
    auto* number = std::get<std::optional<std::uint64_t>*>(parameter.target);
    option = app.add_option_function<std::uint64_t>(
        parameter.name, [number](const std::uint64_t& value) { *number = value; });
    option->check([least = parameter.at_least](const std::string& given) {
      return ComplaintAbout(given, least);
    });
  }
  if (parameter.kind == Parameter::Kind::Argument) option->required();
  if (!parameter.choices.empty()) option->check(CLI::IsMember(parameter.choices));
  option->transform(WithoutWordEnd);  // before the checks
}

CLI::App* FindSubcommand(CLI::App& app, const std::string& word) {
  const auto found =
      app.get_subcommands([&](CLI::App* other) { return other->get_name() == word; });
  return found.empty() ? nullptr : found.front();
}

// The subcommand of this name, made with its parents when it is not there yet.
CLI::App& MakeSubcommand(CLI::App& root, const std::string& name) {
  CLI::App* app = &root;
  for (std::size_t at = 0; at < name.size();) {
    const auto end = std::min(name.find(' ', at), name.size());
    const auto word = name.substr(at, end - at);
    auto* next = FindSubcommand(*app, word);
    if (next == nullptr) {
      app->require_subcommand(1);
      next = app->add_subcommand(word);
      next->fallthrough();
      next->set_help_flag(kHelpFlag);
    }
    app = next;
    at = end + 1;
  }
  return *app;
}

// The words of the subcommands that were given.
std::string ChosenName(const CLI::App& root) {
  std::string name;
  for (const auto* app = &root; !app->get_subcommands().empty();) {
    app = app->get_subcommands().front();
    name += (name.empty() ? "" : " ") + app->get_name();
  }
  return name;
}

std::string SeeHelp(const std::string& name) {
  return ": see `banyan help" + (name.empty() ? "" : " " + name) + "`";
}

Error UnknownCommand(const CommandTable& table, const std::string& word) {
  const auto similar = table.Similar(word);
  return Error(Errc::Invalid,
               "there is no command '" + Printable(word) + "'" +
                   (similar.empty() ? SeeHelp("") : ": did you mean `banyan " + similar + "`?"));
}

Error MissingCommand(const CommandTable& table, const std::string& group) {
  std::string names;
  for (const auto* command : table.Below(group)) {
    names += (names.empty() ? "" : ", ") + command->name().substr(group.size() + 1);
  }
  return Error(Errc::Invalid, "`banyan " + group + "` needs one of: " + names);
}

Error Explain(const CommandTable& table, const CLI::App& root, const CLI::ParseError& error,
              const std::vector<std::string>& arguments) {
  const auto name = ChosenName(root);
  if (table.Find(name) == nullptr) {
    for (const auto& argument : arguments) {
      const bool is_option = argument.starts_with('-');
      if (name.empty() && !is_option) return UnknownCommand(table, argument);
    }
    if (!name.empty()) return MissingCommand(table, name);
  }
  std::string what = error.what();
  if (what.ends_with('.')) what.pop_back();
  return Error(Errc::Invalid, Printable(what) + SeeHelp(name));
}

}  // namespace

Result<ParsedLine> ParseCommandLine(CommandTable& table, std::vector<std::string> arguments) {
  if (arguments.empty()) return ParsedLine{ParsedLine::Wish::Help, nullptr, ""};
  CLI::App root("", "banyan");
  root.set_help_flag(kHelpFlag);
  for (const auto& parameter : table.globals().all()) Bind(root, parameter);
  for (auto* command : table.All()) {
    auto& app = MakeSubcommand(root, command->name());
    for (const auto& parameter : command->parameters()) Bind(app, parameter);
  }
  try {
    std::vector<std::string> reversed;
    std::transform(arguments.rbegin(), arguments.rend(), std::back_inserter(reversed), WithWordEnd);
    root.parse(std::move(reversed));
  } catch (const CLI::CallForHelp&) {
    const auto name = ChosenName(root);
    return ParsedLine{ParsedLine::Wish::Help, table.Find(name), name};
  } catch (const CLI::ParseError& error) {
    const bool version =
        std::find(arguments.begin(), arguments.end(), "--version") != arguments.end();
    if (version && ChosenName(root).empty()) return ParsedLine{ParsedLine::Wish::Version, {}, ""};
    return Explain(table, root, error, arguments);
  }
  if (table.options().version) return ParsedLine{ParsedLine::Wish::Version, nullptr, ""};
  const auto name = ChosenName(root);
  auto* command = table.Find(name);
  if (table.options().nodes.size() > 1 && !(command && command->takes_several_nodes())) {
    return Error(Errc::Invalid, "--node is given several times: `banyan " + name +
                                    "` asks one node, only `banyan pull` asks several");
  }
  return ParsedLine{ParsedLine::Wish::Run, command, name};
}

}  // namespace banyan::cli
