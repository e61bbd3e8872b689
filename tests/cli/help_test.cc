#include "cli/help.h"

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/text.h"
#include "tests/cli/program_runner.h"

using namespace banyan;
using namespace banyan::cli;

TEST_CASE("EveryCommandIsExplainedWithAnExample") {
  const CommandTable table(AllCommands());
  const auto overview = OverviewHelp(table, 80);
  for (const auto* command : table.All()) {
    INFO(command->name());
    const auto first = command->name().substr(0, command->name().find(' '));
    REQUIRE(overview.find("  " + first + " ") != std::string::npos);
    REQUIRE_FALSE(command->summary().empty());
    REQUIRE_FALSE(command->examples().empty());
    for (const auto& example : command->examples()) {
      REQUIRE(example.command.find(command->name()) != std::string::npos);
    }
    const auto help = CommandHelp(*command, 80);
    for (const auto& parameter : command->parameters()) {
      REQUIRE(help.find(parameter.help.substr(0, 10)) != std::string::npos);
    }
    if (first != command->name()) REQUIRE_FALSE(GroupSummary(first).empty());
  }
}

TEST_CASE("HelpFitsTheTerminal") {
  const CommandTable table(AllCommands());
  for (const std::size_t columns : {80u, 100u}) {
    std::string text = OverviewHelp(table, columns);
    for (const auto* command : table.All()) text += CommandHelp(*command, columns);
    for (std::size_t at = 0; at < text.size();) {
      const auto end = text.find('\n', at);
      const auto line = text.substr(at, end - at);
      INFO(line);
      if (!line.starts_with("  banyan ")) REQUIRE(DisplayWidth(line) <= 100);
      at = end + 1;
    }
  }
}

TEST_CASE("ManPageHasEveryCommandOptionAndExitCode") {
  const CommandTable table(AllCommands());
  const auto page = ManPage(table, "1.2.3");
  REQUIRE(page.starts_with(".TH BANYAN 1 \"\" \"banyan 1.2.3\""));
  for (const auto* command : table.All()) {
    std::string heading = ".SS \"banyan " + command->name();
    for (auto at = heading.find('-'); at != heading.npos; at = heading.find('-', at + 2)) {
      heading.insert(at, 1, '\\');
    }
    REQUIRE(page.find(heading) != std::string::npos);
  }
  for (const auto& line : ExitCodeTable()) {
    REQUIRE(page.find(".B " + std::to_string(line.code) + "\n") != std::string::npos);
  }
  REQUIRE(page.find("\\-\\-node URL") != std::string::npos);
  REQUIRE(page.find('`') == std::string::npos);
}

TEST_CASE("HelpAndScriptsAreJsonWhenThatIsWanted") {
  ProgramRunner runner;
  const auto help = runner.OutputJson({"help", "pull"})["help"].get<std::string>();
  CHECK(help.starts_with("banyan pull: "));
  CHECK(help.find("What the repository no longer has stays in the folder.") != help.npos);
  CHECK(runner.OutputJson({"pull", "--help"})["help"] == help);
  CHECK(runner.OutputJson({"--version"}).contains("version"));
  CHECK(runner.OutputJson({"help", "--man"})["manual"].get<std::string>().starts_with(".TH"));
  for (const char* shell : {"bash", "zsh", "fish"}) {
    CHECK(runner.OutputJson({"completion", shell})["script"] ==
          runner.Output({"completion", shell}));
  }
  CHECK(runner.Output({"help"}).find("HF_HUB_CACHE") != std::string::npos);
}
