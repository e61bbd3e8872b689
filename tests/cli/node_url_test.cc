#include "cli/node_url.h"

#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::cli;

TEST_CASE("NodeUrlsHaveOneForm") {
  const auto form = [](const char* text) { return MUST(NodeUrl::Parse(text)).ToString(); };
  REQUIRE(NodeUrl::Default().ToString() == "http://127.0.0.1:8440");
  REQUIRE(form("localhost:8440") == "http://localhost:8440");
  REQUIRE(form("127.0.0.1") == "http://127.0.0.1");
  REQUIRE(form("[::1]:80") == "http://[::1]");
  REQUIRE(form("hub.example.org") == "https://hub.example.org");
  REQUIRE(form("HTTPS://Hub.Example.org:443/") == "https://hub.example.org");
  REQUIRE(form("http://hub.example.org:8440/a/b/") == "http://hub.example.org:8440/a/b");
  REQUIRE(form("https://[2001:DB8::1]:8440") == "https://[2001:db8::1]:8440");
  REQUIRE(NodeUrl::Parse(form("hub.example.org"))->ToString() == form("hub.example.org"));
}

TEST_CASE("NodeUrlRefusesWhatIsNone") {
  for (const auto* bad : {"", "http://", "ftp://host", "host:0", "host:99999", "host:x", "a b",
                          "http://user@host", "http://host/?q", "http://host/#f", "[::1", "[x]",
                          "http://host\n", "-\x1b[2J", "host:80:80"}) {
    INFO(bad);
    MUST_FAIL(NodeUrl::Parse(bad), Errc::Invalid);
  }
}

TEST_CASE("NodeUrlKnowsWhatStaysOnThisMachine") {
  REQUIRE(MUST(NodeUrl::Parse("127.0.0.1:1")).IsLoopback());
  REQUIRE(MUST(NodeUrl::Parse("[::1]")).IsLoopback());
  REQUIRE_FALSE(MUST(NodeUrl::Parse("localhost.example.org")).IsLoopback());
  REQUIRE(MUST(NodeUrl::Parse("example.org")).IsEncrypted());
}

TEST_CASE("LinksLeadBackToTheSameNode") {
  const auto url = MUST(NodeUrl::Parse("http://host:1/hub"));
  REQUIRE(MUST(url.PathOf("http://other/hub/api/models?cursor=a%2Fb")) ==
          "/api/models?cursor=a%2Fb");
  REQUIRE(MUST(url.PathOf("/hubble/x")) == "/hubble/x");
  REQUIRE(MUST(url.PathOf("/api/x")) == "/api/x");
  MUST_FAIL(url.PathOf("api/x"), Errc::Invalid);
  MUST_FAIL(url.PathOf("/a b"), Errc::Invalid);
}
