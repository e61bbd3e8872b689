#include "cli/completion.h"

#include <stdio.h>

#include "cli/commands.h"
#include "tests/cli/program_runner.h"

using namespace banyan;
using namespace banyan::cli;

namespace {

// What bash offers after `words`, the last of which is being typed, one a line.
std::string Offered(ProgramRunner& runner, const std::string& words) {
  const CommandTable table(AllCommands());
  runner.Write("script", BashCompletion(table) + "COMP_WORDS=(" + words +
                             ")\nCOMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n_banyan\n"
                             "printf '%s\\n' \"${COMPREPLY[@]}\"\n");
  FILE* shell = ::popen(("cd " + runner.home.path() + " && bash script 2>&1").c_str(), "r");
  REQUIRE(shell != nullptr);
  std::string out;
  char buffer[256];
  while (::fgets(buffer, sizeof buffer, shell) != nullptr) out += buffer;
  REQUIRE(::pclose(shell) == 0);
  return out;
}

bool HasLine(const std::string& offered, const std::string& word) {
  return ("\n" + offered).find("\n" + word + "\n") != std::string::npos;
}

}  // namespace

TEST_CASE("BashOffersCommandsOptionsChoicesAndFiles") {
  ProgramRunner runner;
  runner.Write("a-file", "");
  REQUIRE(HasLine(Offered(runner, "banyan ''"), "hash"));
  REQUIRE(Offered(runner, "banyan ha") == "hash\n");
  REQUIRE(Offered(runner, "banyan --js") == "--json\n");
  REQUIRE(Offered(runner, "banyan hash --ch") == "--chunks\n");
  REQUIRE(Offered(runner, "banyan hash a-") == "a-file\n");
  REQUIRE(Offered(runner, "banyan --json completion z") == "zsh\n");
  REQUIRE(Offered(runner, "banyan hash --ca-file a-f") == "a-file\n");
  REQUIRE(Offered(runner, "banyan hash --node ''") == "\n");  // a value that is free text
}

TEST_CASE("EveryShellKnowsEveryCommand") {
  const CommandTable table(AllCommands());
  for (const auto* command : table.All()) {
    INFO(command->name());
    REQUIRE(BashCompletion(table).find("'" + command->name() + "')") != std::string::npos);
    REQUIRE(ZshCompletion(table).find("'" + command->name() + "')") != std::string::npos);
    REQUIRE(FishCompletion(table).find("'" + command->name() + "'") != std::string::npos);
  }
}
