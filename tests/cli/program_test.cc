#include "cli/program.h"

#include "storage/base/version.h"
#include "tests/cli/program_runner.h"

using namespace banyan;
using namespace banyan::cli;

TEST_CASE("NothingToDoShowsHelp") {
  ProgramRunner runner;
  const auto text = runner.Output({});
  REQUIRE(text.find("Exit codes:") != std::string::npos);
  REQUIRE(runner.Output({"help"}) == text);
  REQUIRE(runner.Output({"--help"}) == text);
}

TEST_CASE("VersionIsOneLineOrJson") {
  ProgramRunner runner;
  REQUIRE(runner.Output({"--version"}) == "banyan " + std::string(Version()) + "\n");
  REQUIRE(runner.OutputJson({"--version"})["version"] == std::string(Version()));
}

TEST_CASE("WrongLinesSayWhatToDo") {
  ProgramRunner runner;
  REQUIRE(runner.Failure({"hesh"}, 2) ==
          "banyan: there is no command 'hesh': did you mean `banyan hash`?\n");
  REQUIRE(runner.Failure({"frobnicate"}, 2) ==
          "banyan: there is no command 'frobnicate': see `banyan help`\n");
  REQUIRE(runner.Failure({"hash"}, 2) == "banyan: FILE is required: see `banyan help hash`\n");
  REQUIRE(runner.Failure({"hash", "a", "--nonsense"}, 2).find("--nonsense") != std::string::npos);
  REQUIRE(runner.Failure({"help", "nonsense"}, 3).find("nonsense") != std::string::npos);
  REQUIRE(runner.Failure({"\x1b[2J"}, 2).find('\x1b') == std::string::npos);
}

TEST_CASE("HelpManSaysHowToReadTheManualPage") {
  ProgramRunner runner;
  REQUIRE(runner.Output({"help", "man"}).find("banyan help --man | man -l -") != std::string::npos);
}

TEST_CASE("ErrorsAreJsonWhenAskedFor") {
  ProgramRunner runner;
  for (const auto& line : {std::vector<std::string>{"hash", "/nowhere", "--json"},
                           std::vector<std::string>{"--json", "hash", "/nowhere"}}) {
    const auto error = MUST(ParseJson(runner.Failure(line, 3)));
    REQUIRE(error["code"] == "NotFound");
    REQUIRE(error["error"].is_string());
  }
  REQUIRE(MUST(ParseJson(runner.Failure({"hash", "--json"}, 2)))["code"] == "Invalid");
}

TEST_CASE("SettingsOfANodeAreJsonWhenAskedFor") {
  ProgramRunner runner;
  const auto config = runner.OutputJson({"serve", "--data", "d", "--print-config"});
  REQUIRE(config["data"] == "d");
  REQUIRE(config["http"]["max_connections"] == 4000);
  REQUIRE(runner.OutputJson({"serve", "--example-config"})["example"] ==
          runner.Output({"serve", "--example-config"}));
}

TEST_CASE("InterruptEndsALongCommand") {
  ProgramRunner runner;
  const auto file = runner.Write("file", "content");
  runner.interrupt.Request();
  REQUIRE(runner.Failure({"hash", file}, 130) == "banyan: interrupted\n");
}
