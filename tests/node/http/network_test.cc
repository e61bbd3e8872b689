#include "node/http/network.h"

#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::node;

TEST_CASE("AddressesAreReadInEverySpelling") {
  CHECK(MUST(IpAddress::Parse("192.0.2.1")).ToString() == "192.0.2.1");
  CHECK(MUST(IpAddress::Parse("::ffff:192.0.2.1")) == MUST(IpAddress::Parse("192.0.2.1")));
  CHECK(MUST(IpAddress::Parse("[2001:DB8::0:1]")).ToString() == "2001:db8::1");
  for (const char* bad :
       {"", "localhost", "192.0.2", "192.0.2.256", "1.2.3.4:80", "[::1", "0x7f.1"}) {
    INFO(bad);
    MUST_FAIL(IpAddress::Parse(bad), Errc::Invalid);
  }
}

TEST_CASE("NetworksContainWhatTheirPrefixSays") {
  const auto contains = [](const char* network, const char* address) {
    return MUST(Network::Parse(network)).Contains(MUST(IpAddress::Parse(address)));
  };
  CHECK(contains("10.0.0.0/8", "10.255.1.2"));
  CHECK_FALSE(contains("10.0.0.0/8", "11.0.0.0"));
  CHECK(contains("10.0.0.0/8", "::ffff:10.1.1.1"));
  CHECK(contains("192.0.2.7", "192.0.2.7"));
  CHECK_FALSE(contains("192.0.2.7", "192.0.2.6"));
  CHECK(contains("0.0.0.0/0", "203.0.113.9"));
  CHECK_FALSE(contains("0.0.0.0/0", "2001:db8::1"));
  CHECK(contains("::/0", "203.0.113.9"));
  CHECK(contains("2001:db8::/33", "2001:db8:7fff::1"));
  CHECK_FALSE(contains("2001:db8::/33", "2001:db8:8000::1"));
  for (const char* bad :
       {"10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/x", "::1/129", "/8", "10.0.0.0/-1"}) {
    INFO(bad);
    MUST_FAIL(Network::Parse(bad), Errc::Invalid);
  }
}

TEST_CASE("ListsOfNetworksContainAddressesOnly") {
  const std::vector<std::string> texts = {"10.0.0.0/8", "::1"};
  const auto list = MUST(ParseNetworks(texts));
  CHECK(ContainsAddress(list, "10.1.2.3"));
  CHECK(ContainsAddress(list, "::1"));
  CHECK_FALSE(ContainsAddress(list, "127.0.0.1"));
  CHECK_FALSE(ContainsAddress(list, "unknown"));
  CHECK_FALSE(ContainsAddress({}, "10.1.2.3"));
}
