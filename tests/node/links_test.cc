#include "node/links.h"

#include "tests/node/test_node.h"

using namespace banyan;
using namespace banyan::node;

TEST_CASE("AHostIsANameOrAnAddressAndPerhapsAPort") {
  for (const char* good : {"hub.example.org", "hub", "a_b.local", "10.0.0.7", "10.0.0.7:8440",
                           "[2001:db8::1]", "[::1]:8440", "HUB.example:1"}) {
    INFO(good);
    CHECK(CheckHost(good) == HostForm::Valid);
  }
  for (const std::string& bad :
       {std::string(),          std::string(":80"),      std::string("a b"),
        std::string("a/b"),     std::string("a@b"),      std::string("a?b"),
        std::string("a#b"),     std::string("a\"b"),     std::string("<b>"),
        std::string("a\\b"),    std::string("a%2fb"),    std::string("a:"),
        std::string("a:80x"),   std::string("a:123456"), std::string("::1"),
        std::string("[::1"),    std::string("[]"),       std::string("[x]"),
        std::string("[::1]80"), std::string("a:1:2"),    std::string("b\xc3\xbc"),
        std::string(254, 'a')}) {
    INFO(bad);
    CHECK(CheckHost(bad) == HostForm::Invalid);
  }
}

TEST_CASE("LinksBeginWithThePublicUrlOrElseWithTheHostThatWasAsked") {
  Config config;
  config.listen = "0.0.0.0:8440";
  Request request;
  CHECK(BaseUrl(config, request) == "http://0.0.0.0:8440");
  request.headers.Set("Host", "10.0.0.7:8440");
  CHECK(BaseUrl(config, request) == "http://10.0.0.7:8440");
  request.is_tls = true;
  CHECK(BaseUrl(config, request) == "https://10.0.0.7:8440");
  request.headers.Set("Host", "evil\"><script>");
  CHECK(BaseUrl(config, request) == "https://0.0.0.0:8440");
  config.public_url = "https://hub.example.org/hf";
  CHECK(BaseUrl(config, request) == "https://hub.example.org/hf");
}

TEST_CASE("ANodeWithoutAPublicUrlGivesLinksThatItsClientCanFollow") {
  TestNode node([](Config& config) { config.public_url = ""; });
  const auto alice = node.NewUser("alice");
  const std::string base = "http://hub.test";  // as TestNode calls it
  const auto made = node.Post("/api/repos/create", alice, {{"name", "m"}});
  CHECK(made.Parsed()["url"] == base + "/alice/m");
  CHECK(node.Get("/api/banyan/v0/info").Parsed()["url"] == base);
  const Json wanted = {{{"oid", HashSha256(AsBytes("x")).ToString()}, {"size", 1}}};
  const auto batch = node.Post("/alice/m.git/info/lfs/objects/batch", alice,
                               {{"operation", "upload"}, {"objects", wanted}});
  const std::string link = batch.Parsed()["objects"][0]["actions"]["upload"]["href"];
  REQUIRE(link.starts_with(base + "/"));
  CHECK(node.Send({"PUT", link.substr(base.size()), "", {}, "x"}).status == 200);
}
