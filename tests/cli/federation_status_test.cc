// What an operator is told of peers that do not answer.
#include "node/own_log.h"
#include "tests/cli/scripted_node.h"
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
  f.runner.Failure({"sync"}, 3);
  CHECK(f.Says("there is no peer to ask: name a node with `banyan peer add ADDRESS`"));
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

TEST_CASE("WhatIsFetchedOutsideTheHoursIsSaidAsItIs") {
  ScriptedNode node;
  const Json status{{"peers", {{{"address", kDead}, {"failures", 0}}}},
                    {"fetching", {{"in_window", false}, {"in_budget", true}}}};
  node.answers["POST /api/banyan/v0/admin/sync"] = status;
  node.answers["POST /api/banyan/v0/admin/federation"] = status;
  const auto said = [&](std::vector<std::string> command) {
    node.runner.Output(std::move(command));
    return node.runner.terminal.error();
  };
  for (const auto& command : {std::vector<std::string>{"sync"}, {"federation", "status"}}) {
    CHECK(said(command).find("nothing is fetched until then, unless") != std::string::npos);
  }
  const auto now = said({"sync", "--now"});
  CHECK(now.find("this was fetched all the same") != std::string::npos);
  CHECK(now.find("nothing is fetched") == std::string::npos);
}

TEST_CASE("ASyncOfAStoppedNodeSaysThatItMustRun") {
  Fixture f;
  const std::string data = f.node.data();
  f.node.Stop();
  f.runner.variables.erase("BANYAN_NODE");
  f.runner.variables.erase("BANYAN_TOKEN");
  const auto refused = f.runner.Failure({"sync", "--data", data}, 7);
  CHECK(refused.find("no node runs on this directory") != refused.npos);
  for (const char* command : {"sync", "bundle import"}) {
    const auto help = f.runner.Output({"help", command});
    INFO(help);
    CHECK(help.find("of a node that runs") != help.npos);
    CHECK(help.find("works while the node is stopped") == help.npos);
  }
  CHECK(f.runner.Output({"help", "follow"}).find("works while the node is stopped") !=
        std::string::npos);
}

TEST_CASE("AddressesOfPeersAreNeverCut") {
  Fixture f;
  const std::string address = std::string(kDead) + "/" + std::string(60, 'a');
  f.runner.Output({"peer", "add", address});
  f.runner.terminal.is_terminal = true;
  CHECK(f.runner.Output({"peer", "list"}).find(address + "  ") != std::string::npos);
}
