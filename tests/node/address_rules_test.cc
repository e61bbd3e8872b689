// Addresses that others announce (federation/PROTOCOL.md section 13).
#include "node/address_rules.h"

#include <netinet/in.h>

#include <cstdlib>

#include "tests/node/test_server.h"
#include "tests/support/fake_clock.h"
#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::node;
using federation::Found;

namespace {

struct Fixture {
  FakeClock clock;
  TransferRate rate{clock, 0};
  std::atomic<bool> is_cancelled{false};
  const Router routes = TestRoutes();
  std::unique_ptr<HttpServer> server = StartTestServer(routes, false);

  HttpOutcome Get(const std::string& host, Found found) {
    HttpOptions options;
    options.may_connect = AddressRuleFor(found);
    options.bypass_proxy = options.may_connect != nullptr;
    HttpHandle handle({rate, is_cancelled});
    const auto url = "http://" + host + ":" + std::to_string(server->port()) + "/hello";
    return handle.Exchange(options, url, ApiRequest(), {});
  }
};

}  // namespace

TEST_CASE("ALearnedAddressLeadsToNoPrivateNetworkAttack14") {
  Fixture f;
  for (const char* host :
       {"127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0.0.0.0", "0",
        "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::]", "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]", "[fe80::1]", "[fd00::1]", "169.254.169.254", "10.0.0.1"}) {
    INFO(host);
    const auto answer = f.Get(host, Found::InLog);
    REQUIRE(answer.end == HttpOutcome::End::Unreached);
    CHECK(answer.problem.find("does not lead to a public address") != std::string::npos);
  }
  CHECK(f.server->counters().connections == 0);
  CHECK(f.Get("127.0.0.1", Found::Named).answer.body == "hello");  // the operator's word
}

TEST_CASE("ANeighbourIsInANetworkOfThisMachineAttack14") {
  Fixture f;
  for (const char* host : {"127.0.0.1", "[::1]", "1.1.1.1", "198.51.100.7"}) {
    INFO(host);
    const auto answer = f.Get(host, Found::Nearby);
    REQUIRE(answer.end == HttpOutcome::End::Unreached);
    CHECK(answer.problem.find("in no network that this machine is in") != std::string::npos);
  }
  CHECK(f.server->counters().connections == 0);
}

TEST_CASE("ALearnedAddressIsReachedThroughNoProxyAttack14") {
  Fixture f;
  const auto proxy = "http://127.0.0.1:" + std::to_string(f.server->port());
  ::setenv("http_proxy", proxy.c_str(), 1);
  const auto answer = f.Get("10.0.0.1", Found::InLog);
  ::unsetenv("http_proxy");
  CHECK(answer.end == HttpOutcome::End::Unreached);
  CHECK(f.server->counters().connections == 0);
}

TEST_CASE("ANameThatIsNotResolvedEndsNothing") {
  Fixture f;
  HttpHandle handle({f.rate, f.is_cancelled});
  for (int i = 0; i < 3; ++i) {
    const auto answer = handle.Exchange({}, "http://nowhere.invalid/hello", ApiRequest(), {});
    CHECK(answer.end == HttpOutcome::End::Unreached);
  }
  const auto url = "http://127.0.0.1:" + std::to_string(f.server->port()) + "/hello";
  CHECK(handle.Exchange({}, url, ApiRequest(), {}).answer.body == "hello");
}

TEST_CASE("SocketAddressesAreReadAsNumbers") {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_addr.s_addr = htonl(0x01020304);
  const auto number = NumericOf(reinterpret_cast<const sockaddr&>(v4));
  REQUIRE(number);
  CHECK(number->is_v4);
  CHECK(number->bytes[0] == 1);
  CHECK(number->bytes[3] == 4);
  sockaddr other{};
  other.sa_family = AF_UNIX;
  CHECK_FALSE(NumericOf(other));
}
