// What a peer may make this node connect to (row 14 of the design's table of attacks): nothing but
// its own address.
#include "node/peer_link.h"

#include <array>
#include <atomic>

#include "node/data_directory.h"
#include "tests/node/test_node.h"
#include "tests/node/test_server.h"
#include "tests/support/fake_random.h"

using namespace banyan;
using namespace banyan::node;

namespace {

constexpr std::array kRedirects = {301, 302, 303, 307, 308};

struct Fixture {
  TestNode node;
  FakeRandom random{1};
  RequestSigner signer{node.clock(), random, node.node().data().database(), node.node().own_log()};
  TransferRate rate{node.clock(), 0};
  std::atomic<bool> is_cancelled{false};
  const Router inner_routes = TestRoutes();
  // What only this node may reach.
  std::unique_ptr<HttpServer> inner = StartTestServer(inner_routes, false);
  std::atomic<int> elsewhere = 0;  // requests at the peer that a redirect led to
  Router routes;
  std::unique_ptr<HttpServer> peer;

  Fixture() {
    const auto address = "127.0.0.1:" + std::to_string(inner->port());
    const std::vector<std::string> targets = {"http://" + address + "/hello",
                                              "//" + address + "/hello", "/elsewhere", "elsewhere",
                                              "file:///etc/passwd"};
    for (const int status : kRedirects) {
      for (std::size_t i = 0; i < targets.size(); ++i) {
        for (const char* method : {"GET", "POST"}) {
          routes.Add(method, PathOf(status, i),
                     [status, target = targets[i]](Request&, Response& response) {
                       response.status = status;
                       response.headers.Set("Location", target);
                     });
        }
      }
    }
    for (const char* method : {"GET", "POST"}) {
      routes.Add(method, "/elsewhere", [this](Request&, Response&) { ++elsewhere; });
    }
    routes.Add("GET", "/hello", [](Request&, Response& response) { response.body = "hello"; });
    peer = StartTestServer(routes, false);
  }
  static std::string PathOf(int status, std::size_t target) {
    return "/" + std::to_string(status) + "/" + std::to_string(target);
  }
  std::string Url(const std::string& host) {
    return "http://" + host + ":" + std::to_string(peer->port());
  }
  PeerLink::World World() { return {rate, is_cancelled, signer}; }
};

}  // namespace

TEST_CASE("Attack14NoRedirectOfAPeerIsFollowed") {
  Fixture f;
  PeerLink link(f.Url("127.0.0.1"), f.World());
  for (const int status : kRedirects) {
    for (std::size_t target = 0; target < 5; ++target) {
      for (const char* method : {"GET", "POST"}) {
        ApiRequest request;
        request.method = method;
        request.path = Fixture::PathOf(status, target);
        if (request.method == "POST") request.body = "a hint";
        const auto answer = link.SendForBody(request, 1000);
        INFO(method << " " << request.path);
        MUST_FAIL(answer, Errc::Invalid);
        CHECK(answer.error().message().find("status " + std::to_string(status)) !=
              std::string::npos);
      }
    }
  }
  CHECK(f.inner->counters().connections == 0);
  CHECK(f.elsewhere == 0);
  ApiRequest plain;
  plain.path = "/hello";
  CHECK(MUST(link.SendForBody(plain, 1000)).body == "hello");
}

// DNS rebinding: a name leads elsewhere the next time.
TEST_CASE("Attack14WhereANameLeadsIsLookedAtForEachConnection") {
  Fixture f;
  bool is_public = true;
  PeerLink link(f.Url("localhost"), f.World(), [&](const sockaddr&) {
    return is_public ? Ok() : Status(Error(Errc::Denied, "it leads to another network by now"));
  });
  ApiRequest request;
  request.path = "/hello";
  request.headers.Set("Connection", "close");
  CHECK(MUST(link.SendForBody(request, 1000)).body == "hello");
  is_public = false;
  const auto before = f.peer->counters().connections;
  const auto answer = link.SendForBody(request, 1000);
  MUST_FAIL(answer, Errc::Unavailable);
  CHECK(answer.error().message().find("it leads to another network by now") != std::string::npos);
  CHECK(f.peer->counters().connections == before);
}
