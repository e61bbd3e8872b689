#include "cli/command_line.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "cli/commands.h"
#include "node/http/http_error.h"
#include "tests/cli/fake_node.h"
#include "tests/cli/program_runner.h"

using namespace banyan;
using namespace banyan::cli;

namespace {

using Words = std::vector<std::string>;

std::string ArgumentFor(const Parameter& parameter) {
  return parameter.choices.empty() ? "of " + parameter.name : parameter.choices.front();
}

// What the parser gave to a parameter that is text.
Words Given(const Parameter& parameter) {
  if (const auto* list = std::get_if<Words*>(&parameter.target)) return **list;
  if (const auto* maybe = std::get_if<std::optional<std::string>*>(&parameter.target)) {
    return **maybe ? Words{***maybe} : Words();
  }
  const auto& text = *std::get<std::string*>(parameter.target);
  return text.empty() ? Words() : Words{text};
}

const Parameter& Named(const std::deque<Parameter>& all, const std::string& name) {
  const auto found = std::find_if(
      all.begin(), all.end(), [&](const Parameter& parameter) { return parameter.name == name; });
  REQUIRE(found != all.end());
  return *found;
}

Words ParsedFiles(const Words& files) {
  CommandTable table(AllCommands());
  Words line{"hash"};
  line.insert(line.end(), files.begin(), files.end());
  return Given(Named(MUST(ParseCommandLine(table, line)).command->parameters(), "FILE"));
}

Words ParsedIncludes(const Words& options) {
  CommandTable table(AllCommands());
  Words line{"pull"};
  line.insert(line.end(), options.begin(), options.end());
  line.push_back("x/y");
  const auto& parameters = MUST(ParseCommandLine(table, line)).command->parameters();
  CHECK(Given(Named(parameters, "REPO")) == Words{"x/y"});
  return Given(Named(parameters, "--include"));
}

// `banyan name OPTION value... ARGUMENT...`; each option one word or two.
void CheckOptionBeforeArguments(const std::string& name, const std::string& option_name,
                                const Words& values, bool is_one_word) {
  CommandTable table(AllCommands());
  const auto& parameters = table.Find(name)->parameters();
  Words line;
  for (std::size_t at = 0; at < name.size();) {
    const auto end = std::min(name.find(' ', at), name.size());
    line.push_back(name.substr(at, end - at));
    at = end + 1;
  }
  for (const auto& value : values) {
    if (is_one_word) line.push_back(option_name + "=" + value);
    if (!is_one_word) line.insert(line.end(), {option_name, value});
  }
  for (const auto& parameter : parameters) {
    if (parameter.IsArgument()) line.push_back(ArgumentFor(parameter));
  }
  INFO(name << " " << option_name << ", one word: " << is_one_word);
  MUST(ParseCommandLine(table, line));
  const bool is_global = option_name == "--node";
  CHECK(Given(Named(is_global ? table.globals().all() : parameters, option_name)) == values);
  for (const auto& parameter : parameters) {
    if (parameter.IsArgument()) CHECK(Given(parameter) == Words{ArgumentFor(parameter)});
  }
}

}  // namespace

TEST_CASE("AnOptionThatMayBeRepeatedTakesOneValueEachTimeBeforeTheArgumentsOfEveryCommand") {
  const CommandTable table(AllCommands());
  for (const auto* command : table.All()) {
    for (const bool is_one_word : {false, true}) {
      CheckOptionBeforeArguments(command->name(), "--node", {"a"}, is_one_word);
      for (const auto& parameter : command->parameters()) {
        if (parameter.IsArgument() || !parameter.IsRepeatable()) continue;
        CheckOptionBeforeArguments(command->name(), parameter.name, {"a", "b"}, is_one_word);
      }
    }
  }
  CheckOptionBeforeArguments("pull", "--node", {"a", "b", "c"}, false);
  CheckOptionBeforeArguments("pull", "--node", {"a", "b", "c"}, true);
}

TEST_CASE("NodesAreNamedBeforeTheCommandAndAmongItsArguments") {
  const std::vector<std::pair<Words, Words>> lines = {
      {{"--node", "a", "ls", "x/y"}, {"a"}},
      {{"--node=a", "ls", "x/y"}, {"a"}},
      {{"ls", "--node", "a", "--json", "x/y"}, {"a"}},
      {{"--node", "a", "pull", "--node", "b", "x/y", "--node=c"}, {"a", "b", "c"}},
  };
  for (const auto& [line, nodes] : lines) {
    CommandTable table(AllCommands());
    const auto parsed = MUST(ParseCommandLine(table, line));
    CHECK(table.options().nodes == nodes);
    CHECK(Given(parsed.command->parameters().front()) == Words{"x/y"});
  }
}

TEST_CASE("ACommandAsksTheNodeThatIsNamedBeforeItsArgument") {
  FakeNode node([](const FakeNode::Seen&, node::Response& response) {
    node::Fail(response, 404, "not here");
  });
  for (const char* command : {"ls", "info", "log", "pull"}) {
    INFO(command);
    const auto asked = node.seen().size();
    ProgramRunner runner;
    runner.Failure({command, "--node", node.url(), "x/y"}, 3);
    CHECK(node.seen().size() > asked);
  }
}

TEST_CASE("WordsInBracketsAreNamesAsTheyStand") {
  CHECK(ParsedFiles({"[a,b]", "[c]", "[]", "d"}) == Words{"[a,b]", "[c]", "[]", "d"});
  CHECK(ParsedIncludes({"--include", "[a,b]", "--include=[ab].[ch]"}) ==
        Words{"[a,b]", "[ab].[ch]"});
  ProgramRunner runner;
  const auto message = runner.Failure({"completion", "[bash]"}, 2);
  CHECK(message.find("[bash]") != message.npos);
}

TEST_CASE("WhatFollowsTwoDashesIsAnArgumentAfterAnOptionToo") {
  CHECK(ParsedFiles({"--node", "a", "--", "-x", "--node"}) == Words{"-x", "--node"});
}
