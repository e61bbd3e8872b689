// --limit-rate, from the command line to the wire.
#include "cli/program.h"
#include "tests/cli/served_node.h"
#include "tests/support/fake_clock.h"
#include "tests/support/sample_data.h"

using namespace banyan;
using namespace banyan::cli;

namespace {

// A user for whom all pauses take no time, and are counted.
struct Fixture {
  ServedNode node;
  ProgramRunner alice;
  FakeClock clock;
  Environment environment{clock,          SystemRandom(),  DiskFileSystem(),
                          alice.terminal, alice.interrupt, alice.environment.variable};
  std::string source = ParentDirectory(alice.Write("src/model.bin", AsText(SampleNoise(300'000))));

  Fixture() { node.Login(alice, node.NewUser("alice")); }
  // How long it would have had to wait.
  std::int64_t PausesOf(std::vector<std::string> line) {
    const auto before_ms = clock.slept_ms();
    alice.terminal.Clear();
    const int code = RunProgram(environment, std::move(line));
    INFO(alice.terminal.error());
    REQUIRE(code == 0);
    return clock.slept_ms() - before_ms;
  }
};

}  // namespace

TEST_CASE("APullAndAPushKeepToTheRateThatTheyAreGiven") {
  Fixture f;
  const auto dest = [&](const char* name) { return f.alice.home.Join(name); };
  CHECK(f.PausesOf({"push", f.source, "alice/m", "--create", "--limit-rate", "100kB"}) >= 2900);
  CHECK(f.PausesOf({"pull", "alice/m", "--dest", dest("a"), "--limit-rate", "100kB"}) >= 2900);
  CHECK(f.PausesOf({"pull", "alice/m", "--dest", dest("b")}) < 1000);
}

TEST_CASE("ARateThatIsNoneIsRefused") {
  ProgramRunner runner;
  for (const char* command : {"pull", "push"}) {
    std::vector<std::string> line = {command, "x/y", "--limit-rate", "fast"};
    if (line.front() == "push") line.insert(line.begin() + 1, runner.home.path());
    CHECK(runner.Failure(line, 2).find("--limit-rate") != std::string::npos);
  }
}
