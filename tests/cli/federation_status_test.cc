// What an operator is told of peers that do not answer.
#include "node/own_log.h"
#include "tests/cli/served_node.h"

using namespace banyan;
using namespace banyan::cli;

namespace {

// Nobody answers there.
constexpr const char* kDead = "http://127.0.0.1:9";

struct Fixture {
  ServedNode node;
  ProgramRunner runner;
  Fixture() { node.Login(runner, node.OperatorToken()); }

  bool Says(const std::string& words) {
    return runner.terminal.error().find(words) != std::string::npos;
  }
};

}  // namespace

TEST_CASE("ADeadPeerIsNamedAndASyncWithoutAnAnswerFails") {
  Fixture f;
  f.runner.Output({"sync"});
  CHECK(f.Says("There is nobody to ask"));
  f.runner.Output({"peer", "add", kDead});
  f.runner.Output({"federation", "status"});
  CHECK(f.Says(std::string(kDead) + " has never answered well, and is a peer since 2"));
  f.runner.Failure({"sync"}, 7);
  CHECK(f.Says(std::string(kDead) + " has never answered well"));
  CHECK(f.Says("banyan: no peer answered"));
  ServedNode other;
  MUST(other.node().own_log().Update());  // it answers once its log is open
  f.runner.Output({"peer", "add", other.url()});
  for (int i = 0; i < 200 && f.runner.Run({"sync"}) != 0; ++i) SystemClock().SleepMs(50);
  f.runner.Output({"sync"});  // one did, once its log was open
  CHECK(f.Says(kDead));
  CHECK_FALSE(f.Says(other.url()));
  other.Stop();
  f.runner.Failure({"sync", "--quiet"}, 7);
  f.runner.Output({"federation", "status"});
  CHECK(f.Says(other.url() + " has not answered well since 2"));
}

TEST_CASE("AddressesOfPeersAreNeverCut") {
  Fixture f;
  const std::string address = std::string(kDead) + "/" + std::string(60, 'a');
  f.runner.Output({"peer", "add", address});
  f.runner.terminal.is_terminal = true;
  CHECK(f.runner.Output({"peer", "list"}).find(address + "  ") != std::string::npos);
}
