#include "node/front.h"

#include "node/access_log.h"
#include "storage/catalog/tokens.h"
#include "tests/support/catalog_makers.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_random.h"
#include "tests/support/memory_file_system.h"

using namespace banyan;
using namespace banyan::node;

namespace {

struct Fixture {
  testing::TestCatalog catalog;
  FakeClock clock;
  FakeRandom random{1};
  Config config;
  storage::Usage usage;
  Metrics metrics;
  MemoryFileSystem fs;
  PolicyFile policy{fs, "/policy.toml", PolicyFile::Missing::Fine};
  PeerGate gate{{clock, config, catalog.database(), policy}};
  LinkSigner signer{MUST(NodeSeed::OpenOrCreate(fs, random, "/seed"))};
  MemoryBudget memory{clock, {}};
  Router router;
  std::optional<Front> front;

  Fixture() {
    config.rate_anonymous = 3;
    config.rate_user = 5;
    config.http_trusted_proxies = {"10.0.0.1"};
    config.log_access = false;
    router.Add("GET", "/who", [](Request& request, Response& response) {
      response.SetText("text/plain", request.caller.name + "@" + request.peer_address);
    });
    front.emplace(Front::Parts{clock, config, catalog.database(), usage, metrics, gate, signer,
                               router, memory});
  }

  Response Ask(const HeaderList& headers = {}, const std::string& peer = "192.0.2.1",
               const std::string& method = "GET") {
    Request request;
    request.method = method;
    request.path = "/who";
    request.peer_address = peer;
    request.headers = headers;
    Response response;
    front->Handle(request, response);
    return response;
  }

  std::string Token(const std::string& name) {
    const auto user = testing::MakeUser(catalog, name);
    return MUST(catalog.Write([&](storage::Connection& connection) {
             return storage::CreateToken(connection, random, {user, "t", storage::Role::Read, {}},
                                         1);
           }))
        .text;
  }
};

HeaderList One(std::string_view name, std::string_view value) {
  HeaderList headers;
  headers.Add(name, value);
  return headers;
}

std::string Header(const Response& response, std::string_view name) {
  return std::string(response.headers.Find(name).value_or("(none)"));
}

}  // namespace

TEST_CASE("RoutesSeeTheCallerAndItsAddress") {
  Fixture fixture;
  CHECK(fixture.Ask().body == "@192.0.2.1");
  const auto token = fixture.Token("alice");
  CHECK(fixture.Ask(One("Authorization", "Bearer " + token)).body == "alice@192.0.2.1");
  CHECK(fixture.Ask(One("X-Forwarded-For", "198.51.100.1"), "10.0.0.1").body == "@198.51.100.1");
  CHECK(Header(fixture.Ask(), "X-Content-Type-Options") == "nosniff");
}

TEST_CASE("ABadTokenIsRefusedWhereAnonymousMayRead") {
  Fixture fixture;
  const auto response = fixture.Ask(One("Authorization", "Bearer hf_bnynwrong"));
  CHECK(response.status == 401);
  CHECK(response.body.find("@") == std::string::npos);
  CHECK(fixture.metrics.Get(Counter::TokensRefused) == 1);
}

TEST_CASE("TooManyRequestsAreAnsweredSo") {
  Fixture fixture;
  CHECK(Header(fixture.Ask(), "RateLimit") == "\"api\";r=2;t=100");
  CHECK(Header(fixture.Ask(), "RateLimit-Policy") == "\"api\";q=3;w=300");
  fixture.Ask();
  const auto refused = fixture.Ask();
  CHECK(refused.status == 429);
  CHECK(Header(refused, "Retry-After") == "100");
  CHECK(Header(refused, "RateLimit") == "\"api\";r=0;t=100");
  CHECK(fixture.Ask({}, "192.0.2.2").status == 200);
  const auto token = fixture.Token("alice");
  CHECK(fixture.Ask(One("Authorization", "Bearer " + token)).status == 200);
  CHECK(fixture.metrics.Get(Counter::RateLimited) == 1);
}

TEST_CASE("GuessingTokensIsLimitedByAddress") {
  Fixture fixture;
  for (int i = 0; i < 3; ++i) {
    CHECK(fixture.Ask(One("Authorization", "Bearer hf_bnynwrong")).status == 401);
  }
  CHECK(fixture.Ask(One("Authorization", "Bearer hf_bnynwrong")).status == 429);
}

TEST_CASE("BrowsersMayReadFromAnyOriginWithoutCredentials") {
  Fixture fixture;
  const auto plain = fixture.Ask(One("Origin", "https://example.org"));
  CHECK(Header(plain, "Access-Control-Allow-Origin") == "*");
  CHECK(Header(plain, "Access-Control-Expose-Headers").find("X-Repo-Commit") != std::string::npos);
  CHECK(Header(plain, "Access-Control-Allow-Credentials") == "(none)");
  CHECK(Header(fixture.Ask(), "Access-Control-Allow-Origin") == "(none)");

  auto headers = One("Origin", "https://example.org");
  headers.Add("Access-Control-Request-Method", "GET");
  headers.Add("Access-Control-Request-Headers", "authorization,range");
  const auto preflight = fixture.Ask(headers, "192.0.2.1", "OPTIONS");
  CHECK(preflight.status == 204);
  CHECK(Header(preflight, "Access-Control-Allow-Headers") == "authorization,range");
  CHECK(fixture.Ask({}, "192.0.2.9", "OPTIONS").status == 405);
}

TEST_CASE("LogTextStaysOneLine") {
  CHECK(QuoteForLog("/a b") == "\"/a b\"");
  CHECK(QuoteForLog("x\"y\\z\n\x7f") == "\"x\\\"y\\\\z\\x0a\\x7f\"");
  CHECK(QuoteForLog("abcdef", 3) == "\"abc\"");
}
