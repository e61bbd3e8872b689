// A node that nobody reaches, with one that it calls: what comes of it, and of one that lies.
#include "federation/format/want_list.h"
#include "node/data_directory.h"
#include "node/head_metadata.h"
#include "node/own_log.h"
#include "tests/node/admin_node.h"
#include "tests/node/signing_node.h"
#include "tests/support/store_fixture.h"

using namespace banyan;
using namespace banyan::node;

namespace {

void WithoutUrl(Config& config) { config.public_url = ""; }  // the loopback is good enough

// Called by `caller`, and following it.
void Accept(AdminNode& called, const std::string& caller) {
  WritePolicy(called, "accept_from = \"" + caller + "\"\n");
  CHECK(called.Done("peers/add", {{"address", caller}})["reached"] == "calls");
  called.Done("follow", {{"rule", caller}});
}

std::string NodeId(AdminNode& node) {
  MUST(node.node().own_log().Update());
  return node.Get("/fed/info").Parsed()["node"];
}

Reply Await(const AdminNode& node, const std::string& path, int status) {
  for (int i = 0; i < 2'000; ++i) {
    auto reply = node.Get(path);
    if (reply.status == status) return reply;
    SystemClock().SleepMs(10);
  }
  FAIL(path << " is not answered with " << status);
  return {};
}

}  // namespace

TEST_CASE("WhatANodeThatOnlyCallsPublishesIsServedByTheOneThatItCalls") {
  AdminNode called(WithoutUrl);
  AdminNode caller(WithoutUrl);
  const auto content = ToHex(banyan::tests::Noise(200'000, 3));
  const auto id = NodeId(caller);
  const auto name = id.substr(0, 16) + "_alice";  // there is an alice here, too
  Accept(called, id);
  caller.Create(caller.alice, "model");
  caller.Create(caller.alice, "secret", {{"private", true}});
  caller.Commit(caller.alice, "alice/model", {{"w.txt", content}});
  caller.Commit(caller.alice, "alice/secret", {{"s.txt", "sixteen secrets!"}});
  MUST(DescribeHeads(caller.node().data().database(), caller.node().data().content()));
  MUST(caller.node().own_log().Update());
  const auto url = "http://127.0.0.1:" + std::to_string(called.node().port());
  const auto peer = caller.Done("peers/add", {{"address", url}, {"push", true}});
  CHECK(peer["reached"] == "dialled, pushed to");
  const auto reply = Await(called, "/" + name + "/model/resolve/main/w.txt", 200);
  CHECK(reply.body == content);
  CHECK(called.Get("/api/models/" + name + "/secret").status == 401);
  const auto peers = called.Done("peers/list");
  CHECK(peers[0]["called"].is_string());
  CHECK(peers[0]["problem"] == "");
}

TEST_CASE("APrivateFederationIsBroughtToItsMembersAndToNobodyInTheirName") {
  AdminNode member(WithoutUrl);
  AdminNode other(WithoutUrl);
  AdminNode caller(WithoutUrl);
  const auto id = NodeId(caller);
  Accept(member, id);
  Accept(other, id);
  WritePolicy(caller, "readers = \"" + NodeId(member) + "\"\n");
  caller.Create(caller.alice, "model");
  caller.Commit(caller.alice, "alice/model", {{"w.txt", "for members"}});
  MUST(DescribeHeads(caller.node().data().database(), caller.node().data().content()));
  MUST(caller.node().own_log().Update());
  const auto url = [](AdminNode& node) {
    return "http://127.0.0.1:" + std::to_string(node.node().port());
  };
  caller.Done("peers/add", {{"address", url(other)}, {"push", true}});
  NodeId(other);
  // It is brought nothing, whoever it said that it is.
  const auto said = MUST(federation::NodeId::Parse(NodeId(member)));
  const auto problem = [&] { return other.Done("peers/list")[0]["problem"].get<std::string>(); };
  for (int i = 0; i < 2'000 && problem().find("404") == std::string::npos; ++i) {
    MUST(caller.node().data().database().Write([&](storage::Connection& c) {
      return c.Execute("UPDATE peer SET node = ?", said.genesis());
    }));
    SystemClock().SleepMs(10);
  }
  CHECK(problem().find("404") != std::string::npos);
  caller.Done("peers/add", {{"address", url(member)}, {"push", true}});
  const auto name = id.substr(0, 16) + "_alice";
  CHECK(Await(member, "/" + name + "/model/resolve/main/w.txt", 200).body == "for members");
  CHECK(other.Number("SELECT count(*) FROM log_entry WHERE origin IN "
                     "(SELECT id FROM origin WHERE own = 0)") == 0);
}

TEST_CASE("Attack2WhoCallsAndLiesGainsNothing") {
  AdminNode called;
  SigningNode liar(9);
  Accept(called, liar.id());
  const auto call = liar.Send(called, {"GET", "/fed/wants?anew=true", "", {}, ""});
  REQUIRE(call.status == 200);
  const auto list = MUST(federation::WantList::Parse(call.body));
  REQUIRE(list.wants.size() == 1);
  CHECK(list.wants[0].path == "/fed/heads");
  const auto target = "/fed/wants/" + std::to_string(list.wants[0].number);
  const Ask lie{"PUT", target, "", {}, "journal of lies"};
  CHECK(liar.Send(called, lie).status == 204);
  CHECK(liar.Send(called, lie).status == 404);
  const auto problem = [&] { return called.Done("peers/list")[0]["problem"].get<std::string>(); };
  for (int i = 0; i < 2'000 && problem().starts_with("node "); ++i) SystemClock().SleepMs(10);
  CHECK(problem() == "a page of heads: malformed");
  const char* const others =
      "SELECT count(*) FROM log_entry WHERE origin IN (SELECT id FROM origin WHERE own = 0)";
  CHECK(called.Number(others) == 0);
  CHECK(called.Number("SELECT count(*) FROM repository") == 0);
}
