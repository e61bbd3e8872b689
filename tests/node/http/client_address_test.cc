#include "node/http/client_address.h"

#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::node;

namespace {

struct Seen {
  std::string address;
  bool is_tls;
  bool is_hidden;
};

Seen Look(const std::string& peer, const HeaderList& headers) {
  const std::vector<std::string> trusted = {"10.0.0.0/8", "::1"};
  Request request;
  request.peer_address = peer;
  request.headers = headers;
  LookThroughProxies(MUST(ParseNetworks(trusted)), request);
  return {request.peer_address, request.is_tls, WhoIsPeer(request) == Peer::HiddenByProxy};
}

HeaderList Forwarded(const std::string& chain, const std::string& protocol = "") {
  HeaderList headers;
  headers.Add("X-Forwarded-For", chain);
  if (!protocol.empty()) headers.Add("X-Forwarded-Proto", protocol);
  return headers;
}

}  // namespace

TEST_CASE("AStrangersForwardingHeadersAreIgnored") {
  const auto seen = Look("203.0.113.5", Forwarded("1.2.3.4", "https"));
  CHECK(seen.address == "203.0.113.5");
  CHECK_FALSE(seen.is_tls);
}

TEST_CASE("TheClientIsTheFirstFromTheRightThatIsNoProxy") {
  CHECK(Look("10.0.0.1", Forwarded("198.51.100.7")).address == "198.51.100.7");
  CHECK(Look("::1", Forwarded("6.6.6.6, 198.51.100.7, 10.9.9.9")).address == "198.51.100.7");
  CHECK(Look("10.0.0.1", Forwarded("10.0.0.2, 10.0.0.3")).address == "10.0.0.2");
  CHECK(Look("10.0.0.1", {}).address == "10.0.0.1");
}

TEST_CASE("WhatStandsBeforeNonsenseIsNotBelieved") {
  CHECK(Look("10.0.0.1", Forwarded("6.6.6.6, unknown, 10.0.0.2")).address == "10.0.0.2");
  CHECK(Look("10.0.0.1", Forwarded("unknown")).address == "10.0.0.1");
  CHECK(Look("10.0.0.1", Forwarded(", ,")).address == "10.0.0.1");
}

TEST_CASE("HeadersGivenTwiceAreOneList") {
  auto headers = Forwarded("198.51.100.7");
  headers.Add("X-Forwarded-For", "10.0.0.2");
  CHECK(Look("10.0.0.1", headers).address == "198.51.100.7");
}

TEST_CASE("AProxySaysHowTheClientConnected") {
  CHECK(Look("10.0.0.1", Forwarded("198.51.100.7", "HTTPS")).is_tls);
  CHECK_FALSE(Look("10.0.0.1", Forwarded("198.51.100.7", "https, http")).is_tls);
}

TEST_CASE("APeerIsHiddenBehindAProxyThatIsNotLookedThrough") {
  CHECK_FALSE(Look("203.0.113.5", {}).is_hidden);
  CHECK(Look("203.0.113.5", Forwarded("1.2.3.4")).is_hidden);
  for (const char* name : {"Forwarded", "X-Real-IP", "Via", "x-forwarded-host"}) {
    INFO(name);
    HeaderList headers;
    headers.Add(name, "1.2.3.4");
    CHECK(Look("203.0.113.5", headers).is_hidden);
    CHECK(Look("10.0.0.1", headers).is_hidden);  // trusted, but it does not say for whom it asks
  }
  CHECK_FALSE(Look("10.0.0.1", {}).is_hidden);  // the proxy itself
  CHECK_FALSE(Look("10.0.0.1", Forwarded("198.51.100.7, 10.0.0.2")).is_hidden);
  CHECK(Look("10.0.0.1", Forwarded("198.51.100.7, unknown")).is_hidden);
}
