#pragma once
// Runs the program in this process, with a world of its own: a temporary directory as home, no
// login, a terminal that only looks like one when asked to.

#include <map>

#include "cli/program.h"
#include "storage/base/json.h"
#include "tests/cli/fake_terminal.h"
#include "tests/support/must.h"
#include "tests/support/socket_order.h"
#include "tests/support/temp_directory.h"

namespace banyan::cli {

class ProgramRunner {
 public:
  TempDirectory home;
  FakeTerminal terminal;
  Interrupt interrupt;
  std::map<std::string, std::string> variables{{"HOME", home.path()}};
  Environment environment{SystemClock(),
                          SystemRandom(),
                          DiskFileSystem(),
                          terminal,
                          interrupt,
                          [this](const std::string& name) -> std::optional<std::string> {
                            const auto found = variables.find(name);
                            if (found == variables.end()) return std::nullopt;
                            return found->second;
                          }};

  // The exit code; what was printed is in `terminal`, that of earlier runs is gone.
  int Run(std::vector<std::string> arguments) {
    terminal.Clear();
    PassSocketOrder();
    const int code = RunProgram(environment, std::move(arguments));
    PassSocketOrder();
    return code;
  }
  // The output of a run that must succeed.
  std::string Output(std::vector<std::string> arguments) {
    const int code = Run(std::move(arguments));
    INFO(terminal.error());
    REQUIRE(code == 0);
    return terminal.output();
  }
  Json OutputJson(std::vector<std::string> arguments) {
    arguments.push_back("--json");
    return MUST(ParseJson(Output(std::move(arguments))));
  }
  // Standard error of a run that must fail with this code.
  std::string Failure(std::vector<std::string> arguments, int code) {
    REQUIRE(Run(std::move(arguments)) == code);
    return terminal.error();
  }

  std::string Write(const std::string& name, std::string_view content) {
    const auto path = home.Join(name);
    MUST(DiskFileSystem().CreateDirectories(ParentDirectory(path)));
    MUST(WriteFileDurably(DiskFileSystem(), path, AsBytes(content)));
    return path;
  }
};

}  // namespace banyan::cli
