// Addresses that others announce (federation/PROTOCOL.md section 13).
#include "node/address_rules.h"

#include <netinet/in.h>

#include <cstdlib>

#include "node/http_peer.h"
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
  std::unique_ptr<HttpServer> server = StartTestServer(TestRoutes(), false);

  Result<Bytes> Get(const std::string& host, Found found) {
    HttpPeer peer("http://" + host + ":" + std::to_string(server->port()), rate, is_cancelled,
                  AddressRuleFor(found));
    return peer.Get("/hello", 100);
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
    REQUIRE_FALSE(answer);
    CHECK(answer.error().message().find("does not lead to a public address") != std::string::npos);
  }
  CHECK(f.server->counters().connections == 0);
  CHECK(AsText(MUST(f.Get("127.0.0.1", Found::Named))) == "hello");  // the operator's word
}

TEST_CASE("ANeighbourIsInANetworkOfThisMachineAttack14") {
  Fixture f;
  for (const char* host : {"127.0.0.1", "1.1.1.1", "198.51.100.7"}) {
    INFO(host);
    const auto answer = f.Get(host, Found::Nearby);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().message().find("in no network that this machine is in") !=
          std::string::npos);
  }
  CHECK(f.server->counters().connections == 0);
}

TEST_CASE("ALearnedAddressIsReachedThroughNoProxyAttack14") {
  Fixture f;
  const auto proxy = "http://127.0.0.1:" + std::to_string(f.server->port());
  ::setenv("http_proxy", proxy.c_str(), 1);
  const auto answer = f.Get("10.0.0.1", Found::InLog);
  ::unsetenv("http_proxy");
  CHECK_FALSE(answer);
  CHECK(f.server->counters().connections == 0);
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
