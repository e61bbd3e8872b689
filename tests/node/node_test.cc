#include "node/node.h"

#include <sys/stat.h>

#include "node/data_directory.h"
#include "tests/node/test_node.h"

using namespace banyan;
using namespace banyan::node;

TEST_CASE("AFirstStartMakesAnOperatorAndPrivateFiles") {
  TestNode node;
  const auto who = node.Get("/api/whoami-v2", node.operator_token()).Parsed();
  CHECK(who["name"] == "operator");
  CHECK(who["isAdmin"] == true);
  for (const char* name : {"/node.seed", "/admin.token"}) {
    INFO(name);
    CHECK(MUST(DiskFileSystem().Stat(node.directory() + name)).is_private);
  }
  CHECK(MUST(DiskFileSystem().Stat(node.directory())).is_private);
}

TEST_CASE("ASecondStartKeepsEverything") {
  TestNode node;
  const auto alice = node.NewUser("alice");
  node.Create(alice, "m");
  node.Commit(alice, "alice/m", {{"a.txt", "hello"}});
  node.Restart();
  CHECK_FALSE(node.node().data().is_new());
  CHECK(node.Get("/alice/m/resolve/main/a.txt").body == "hello");
  CHECK(node.Get("/api/whoami-v2", alice).Parsed()["name"] == "alice");
}

TEST_CASE("HealthAndMetricsAnswer") {
  TestNode node;
  const auto health = node.Get("/healthz");
  CHECK(health.status == 200);
  CHECK(health.body == "{\"status\":\"ok\"}");
  const auto metrics = node.Get("/metrics");
  CHECK(metrics.status == 200);
  CHECK(metrics.Header("Content-Type").starts_with("text/plain; version=0.0.4"));
  CHECK(metrics.body.find("\nbanyan_repositories 0\n") != std::string::npos);
}

TEST_CASE("MetricsAreForListedAddressesAndOperators") {
  TestNode node([](Config& config) { config.metrics_clients = {"192.0.2.1"}; });
  const auto alice = node.NewUser("alice", storage::Role::Admin);
  CHECK(node.Get("/metrics").status == 403);
  CHECK(node.Get("/metrics", alice).status == 403);
  CHECK(node.Get("/metrics", node.operator_token()).status == 200);
}

TEST_CASE("MetricsAreNotForThoseBehindAProxyOfTheSameMachine") {
  TestNode node;  // on 127.0.0.1, which is listed
  const auto ask = [&](const std::string& header, const std::string& token = "") {
    return node.Send({"GET", "/metrics", token, {{header, "203.0.113.5"}}, {}}).status;
  };
  CHECK(node.Get("/metrics").status == 200);
  CHECK(ask("X-Forwarded-For") == 403);
  CHECK(ask("Forwarded") == 403);
  CHECK(ask("X-Forwarded-For", node.operator_token()) == 200);
  TestNode trusting([](Config& config) { config.http_trusted_proxies = {"127.0.0.1"}; });
  const auto forwarded = [&](const std::string& chain) {
    return trusting.Send({"GET", "/metrics", "", {{"X-Forwarded-For", chain}}, {}}).status;
  };
  CHECK(forwarded("203.0.113.5") == 403);
  CHECK(forwarded("127.0.0.1") == 200);
  CHECK(forwarded("nobody") == 403);
}

TEST_CASE("AnUnknownPathIsA404InJson") {
  TestNode node;
  const auto reply = node.Get("/api/nonsense");
  CHECK(reply.status == 404);
  CHECK(reply.Parsed().contains("error"));
}
