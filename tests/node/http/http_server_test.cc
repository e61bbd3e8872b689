#include "node/http/http_server.h"

#include "storage/base/logging.h"
#include "tests/node/raw_client.h"
#include "tests/node/test_server.h"
#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::node;

namespace {

constexpr std::string_view kHost = "Host: x\r\n";

std::string Get(std::string_view target, std::string_view fields = {}) {
  return "GET " + std::string(target) + " HTTP/1.1\r\n" + std::string(kHost) + std::string(fields) +
         "\r\n";
}

}  // namespace

TEST_CASE("HttpServerAnswersManyRequestsOnOneConnection") {
  const Router router = TestRoutes();
  for (const bool tls : {false, true}) {
    const auto server = StartTestServer(router, tls);
    RawClient client(server->port(), tls);
    for (int i = 0; i < 20; ++i) {
      REQUIRE(client.Send(Get("/hello")));
      const auto answer = client.Read();
      REQUIRE(answer.status == 200);
      REQUIRE(answer.body == "hello");
      REQUIRE(answer.headers.Has("Date"));
      REQUIRE_FALSE(answer.headers.Has("Keep-Alive"));
    }
    const auto counters = server->counters();
    CHECK(counters.requests_by_class[2] == 20);
    CHECK(counters.connections == 1);
    CHECK(counters.open_connections == 1);
    CHECK(counters.bytes_in == 20 * Get("/hello").size());
  }
}

TEST_CASE("HttpServerSendsEveryKindOfBody") {
  const Router router = TestRoutes();
  for (const bool tls : {false, true}) {
    const auto server = StartTestServer(router, tls);
    RawClient client(server->port(), tls);
    REQUIRE(client.Send(Get("/big")));
    const auto big = client.Read();
    REQUIRE(big.body.size() == kBigBytes);
    bool same = true;
    for (std::size_t i = 0; i < kBigBytes; ++i) {
      same = same && static_cast<std::uint8_t>(big.body[i]) == BigByte(i);
    }
    CHECK(same);
    client.Send(Get("/stream"));
    const auto stream = client.Read();
    CHECK(stream.headers.Find("Transfer-Encoding") == "chunked");
    CHECK_FALSE(stream.headers.Has("Content-Length"));
    CHECK(stream.body == "onetwothree");
    client.Send(Get("/empty"));
    CHECK(client.Read().headers.Find("Content-Length") == "0");
    for (const auto* path : {"/nothing", "/unchanged"}) {
      client.Send(Get(path));
      const auto answer = client.Read();
      CHECK_FALSE(answer.headers.Has("Content-Length"));
      CHECK_FALSE(answer.headers.Has("Content-Type"));
    }
    client.Send(Get("/hello"));
    CHECK(client.Read().body == "hello");
  }
}

TEST_CASE("HttpServerAnswersHeadWithoutBody") {
  const Router router = TestRoutes();
  const auto server = StartTestServer(router, false);
  RawClient client(server->port(), false);
  client.Send("HEAD /big HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto big = client.Read(true);
  CHECK(big.headers.Find("Content-Length") == std::to_string(kBigBytes));
  CHECK_FALSE(big.headers.Has("Accept-Ranges"));
  client.Send("HEAD /stream HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(client.Read(true).status == 200);
  client.Send("HEAD /missing HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(client.Read(true).headers.Find("Content-Length") == "21");
  client.Send(Get("/hello"));
  CHECK(client.Read().body == "hello");
}

TEST_CASE("HttpServerBreaksAConnectionWhoseBodyFails") {
  const Router router = TestRoutes();
  const auto server = StartTestServer(router, false);
  RawClient client(server->port(), false);
  client.Send(Get("/broken"));
  CHECK(client.Read().status == 0);  // 3 of 10 bytes, then the end
}

TEST_CASE("HttpServerKeepsExceptionsFromClients") {
  const Router router = TestRoutes();
  log::SetLevel(log::Level::Error);
  const auto server = StartTestServer(router, false);
  RawClient client(server->port(), false);
  client.Send(Get("/throw"));
  const auto answer = client.Read();
  CHECK(answer.status == 500);
  CHECK(answer.body.find("secret") == answer.body.npos);
  for (const auto& [name, value] : answer.headers.fields()) {
    CHECK(value.find("secret") == value.npos);
  }
  client.Send(Get("/hello"));
  CHECK(client.Read().body == "hello");
}

TEST_CASE("HttpServerEchoesSaneRequestIds") {
  const Router router = TestRoutes();
  const auto server = StartTestServer(router, false);
  RawClient client(server->port(), false);
  const auto id = [&](std::string_view fields) {
    client.Send(Get("/hello", fields));
    return std::string(client.Read().headers.Find("X-Request-Id").value_or(""));
  };
  CHECK(id("X-Request-Id: abc-1\r\nX-Amzn-Trace-Id: t\r\n") == "abc-1");
  CHECK(id("X-Amzn-Trace-Id: Root=1-67891233-abcdef\r\n") == "Root=1-67891233-abcdef");
  CHECK(id("X-Request-Id: <script>\r\n").find("script") == std::string::npos);
  CHECK(id("X-Request-Id: " + std::string(129, 'a') + "\r\n").size() < 129);
  CHECK(id("") != id(""));
}

TEST_CASE("HttpServerRefusesWhatItCannotServe") {
  HttpServerOptions options;
  const auto start = [&] {
    return HttpServer::Start(options, SystemClock(), SystemRandom(), [](Request&, Response&) {});
  };
  options.certificate_file = "/nonexistent/certificate.pem";
  MUST_FAIL(start(), Errc::Invalid);
  options.key_file = "/nonexistent/key.pem";
  MUST_FAIL(start(), Errc::Invalid);
  options = {};
  const auto first = MUST(start());
  options.port = first->port();
  MUST_FAIL(start(), Errc::Io);  // the port is taken
}
