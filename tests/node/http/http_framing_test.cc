// Requests that are meant to put the server out of step: whatever comes, each request gets its own
// answer in order, or the connection ends.
#include "node/http/request_head.h"
#include "tests/node/raw_client.h"
#include "tests/node/test_server.h"
#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::node;

namespace {

constexpr std::string_view kHello = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";

std::string Post(std::string_view path, std::string_view fields, std::string_view body = {}) {
  return "POST " + std::string(path) + " HTTP/1.1\r\nHost: x\r\n" + std::string(fields) + "\r\n" +
         std::string(body);
}

// Both kinds of server, for tests of what goes over the wire.
template <typename Test>
void OnPlainAndTls(Test test, const HttpLimits& limits = {}) {
  const Router router = TestRoutes();
  for (const bool tls : {false, true}) {
    INFO((tls ? "TLS" : "plain"));
    const auto server = StartTestServer(router, tls, limits);
    test(*server, tls);
  }
}

// The status of the only answer to `bytes`; 0 when the connection then stays open.
int StatusAndEnd(HttpServer& server, bool tls, std::string_view bytes) {
  RawClient client(server.port(), tls);
  client.Send(bytes);
  const int status = client.Read().status;
  return client.ClosedWithin(3000) ? status : 0;
}

}  // namespace

TEST_CASE("HttpFramingAnswersPipelinedRequestsInOrder") {
  OnPlainAndTls([](HttpServer& server, bool tls) {
    RawClient client(server.port(), tls);
    std::string all;
    for (int i = 0; i < 200; ++i) {
      all += Post("/echo", "Content-Length: 3\r\n", std::to_string(100 + i));
    }
    all += "\r\n";  // some clients send a line end too many
    all += kHello;
    REQUIRE(client.Send(all));
    for (int i = 0; i < 200; ++i) REQUIRE(client.Read().body == std::to_string(100 + i));
    REQUIRE(client.Read().body == "hello");
  });
}

TEST_CASE("HttpFramingSkipsASmallUnreadBody") {
  OnPlainAndTls([](HttpServer& server, bool tls) {
    RawClient client(server.port(), tls);
    const std::string inner = "GET /see/smuggled HTTP/1.1\r\nHost: x\r\n\r\n";
    for (const auto* path : {"/ignore", "/missing", "/hello"}) {
      client.Send(Post(path, "Content-Length: " + std::to_string(inner.size()) + "\r\n", inner));
      CHECK(client.Read().body.find("smuggled") == std::string::npos);
    }
    client.Send(kHello);
    CHECK(client.Read().body == "hello");
  });
}

TEST_CASE("HttpFramingClosesAfterALargeUnreadBody") {
  OnPlainAndTls([](HttpServer& server, bool tls) {
    for (const auto* path : {"/ignore", "/missing"}) {
      RawClient client(server.port(), tls);
      client.Send(Post(path, "Content-Length: 100000000\r\n", std::string(100'000, 'x')));
      const auto answer = client.Read();
      CHECK(answer.status != 0);
      CHECK(answer.headers.Find("Connection") == "close");
      client.EndSending();
      CHECK(client.ClosedWithin(3000));
    }
  });
}

TEST_CASE("HttpFramingClosesAfterAnUnreadChunkedBody") {
  OnPlainAndTls([](HttpServer& server, bool tls) {
    RawClient client(server.port(), tls);
    client.Send(Post("/ignore", "Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\n\r\n"));
    client.Send(kHello);
    const auto answer = client.Read();
    CHECK(answer.body == "ignored");
    CHECK(answer.headers.Find("Connection") == "close");
    CHECK(client.Read().status == 0);
  });
}

TEST_CASE("HttpFramingReadsChunkedBodies") {
  OnPlainAndTls([](HttpServer& server, bool tls) {
    RawClient client(server.port(), tls);
    const std::string coding = "Transfer-Encoding: chunked\r\n";
    client.Send(Post("/echo", coding, "3\r\nabc\r\n2;ext=\"q\"\r\nde\r\n0\r\nTrailer: x\r\n\r\n"));
    CHECK(client.Read().body == "abcde");
    client.Send(Post("/echo", coding, "0\r\n\r\n"));
    CHECK(client.Read().body.empty());
    client.Send(Post("/echo", coding));
    for (const char c : std::string("00A \r\n0123456789\r\n0\r\n\r\n")) client.Send({&c, 1});
    CHECK(client.Read().body == "0123456789");
    client.Send(kHello);
    CHECK(client.Read().body == "hello");
  });
}

TEST_CASE("HttpFramingRefusesMalformedChunks") {
  const Router router = TestRoutes();
  const auto server = StartTestServer(router, false);
  for (const std::string_view body :
       {"g\r\nabc\r\n0\r\n\r\n", "3\r\nabcd\r\n0\r\n\r\n", "-3\r\nabc\r\n0\r\n\r\n", "\r\n\r\n",
        "0x3\r\nabc\r\n0\r\n\r\n", "3 3\r\nabc\r\n0\r\n\r\n", "+3\r\nabc\r\n0\r\n\r\n",
        "ffffffffffffffffff\r\nabc\r\n0\r\n\r\n", "3;\nx\r\nabc\r\n0\r\n\r\n",
        "3;a=\rb\r\nabc\r\n0\r\n\r\n", "3\r\nabc\r\n0\r\nT: a\nb\r\n\r\n"}) {
    INFO(body);
    CHECK(StatusAndEnd(*server, false, Post("/echo", "Transfer-Encoding: chunked\r\n", body)) ==
          400);
  }
  const std::string endless = "1;" + std::string(10'000, 'e');
  CHECK(StatusAndEnd(*server, false, Post("/echo", "Transfer-Encoding: chunked\r\n", endless)) ==
        400);
}

TEST_CASE("HttpFramingRefusesAmbiguousLengths") {
  OnPlainAndTls([](HttpServer& server, bool tls) {
    const auto ask = [&](std::string_view fields) {
      INFO(fields);
      return StatusAndEnd(server, tls, Post("/echo", fields, "abc") + std::string(kHello));
    };
    CHECK(ask("Content-Length: 3\r\nContent-Length: 3\r\n") == 400);
    CHECK(ask("Content-Length: 3\r\nContent-Length: 5\r\n") == 400);
    CHECK(ask("Content-Length: 3, 3\r\n") == 400);
    CHECK(ask("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n") == 400);
    CHECK(ask("Transfer-Encoding: chunked\r\ncontent-length: 3\r\n") == 400);
    for (const auto* bad : {"", "-3", "+3", "3x", "0x3", "3 3", "99999999999999999999"}) {
      CHECK(ask("Content-Length: " + std::string(bad) + "\r\n") == 400);
    }
    CHECK(ask("Transfer-Encoding: gzip\r\n") == 501);
    CHECK(ask("Transfer-Encoding: gzip, chunked\r\n") == 501);
    CHECK(ask("Transfer-Encoding: chunked, chunked\r\n") == 501);
    CHECK(ask("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n") == 501);
    CHECK(ask("Transfer-Encoding : chunked\r\n") == 400);
    CHECK(ask("Transfer-Encoding: \x0b"
              "chunked\r\n") == 400);
  });
}

TEST_CASE("HttpFramingTakesARequestWithoutLengthAsEmpty") {
  OnPlainAndTls([](HttpServer& server, bool tls) {
    RawClient client(server.port(), tls);
    client.Send(Post("/echo", ""));
    const auto answer = client.Read();
    CHECK(answer.status == 200);
    CHECK(answer.body.empty());
    client.Send(kHello);
    CHECK(client.Read().body == "hello");
  });
}

TEST_CASE("HttpFramingSendsContinueOnlyWhenTheBodyIsRead") {
  OnPlainAndTls([](HttpServer& server, bool tls) {
    RawClient reading(server.port(), tls);
    const std::string fields = "Content-Length: 3\r\nExpect: 100-continue\r\n";
    reading.Send(Post("/echo", fields));
    CHECK(reading.Read().status == 100);
    reading.Send("abc");
    CHECK(reading.Read().body == "abc");
    reading.Send(kHello);
    CHECK(reading.Read().body == "hello");
    for (const auto* path : {"/ignore", "/missing"}) {
      RawClient ignored(server.port(), tls);
      ignored.Send(Post(path, fields));
      const auto answer = ignored.Read();
      CHECK(answer.status >= 200);
      CHECK(answer.headers.Find("Connection") == "close");
    }
    RawClient large(server.port(), tls);
    large.Send(Post("/limited", "Content-Length: 11\r\nExpect: 100-continue\r\n"));
    CHECK(large.Read().status == 413);
    CHECK(StatusAndEnd(server, tls, Post("/echo", "Expect: 200-ok\r\n")) == 417);
  });
}

TEST_CASE("HttpFramingRefusesMalformedHeads") {
  const Router router = TestRoutes();
  const auto server = StartTestServer(router, false);
  const auto ask = [&](std::string_view bytes) {
    INFO(bytes);
    return StatusAndEnd(*server, false, bytes);
  };
  CHECK(ask("GET /hello HTTP/1.1\r\n\r\n") == 400);  // no Host
  CHECK(ask("GET /hello HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n") == 400);
  CHECK(ask("GET /hello HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n") == 400);
  CHECK(ask("GET /hello HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n") == 400);
  CHECK(ask("GET /hello HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n") == 400);
  CHECK(ask("GET /hello HTTP/1.1\r\nHost: a\nX: b\r\n\r\n") == 400);
  CHECK(ask("GET /hello HTTP/1.1\r\nHost: a\rX: b\r\n\r\n") == 400);
  CHECK(ask(std::string_view("GET /hello HTTP/1.1\r\nHost: a\0b\r\n\r\n", 35)) == 400);
  CHECK(ask("GET  /hello HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
  CHECK(ask("GET /a b HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
  CHECK(ask("GET hello HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
  CHECK(ask("GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
  CHECK(ask("G@T /hello HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
  CHECK(ask("GET /hello HTTP/2.0\r\nHost: a\r\n\r\n") == 505);
  CHECK(ask("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") == 505);
  CHECK(ask("get /hello HTTP/1.1\r\nHost: a\r\n\r\n") == 501);
  CHECK(ask("CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n") == 501);
  CHECK(ask("\x16\x03\x01\x02\r\n\r\n") == 400);  // TLS spoken to a plain port
}

TEST_CASE("HttpFramingKeepsOldClientsApart") {
  const Router router = TestRoutes();
  const auto server = StartTestServer(router, false);
  CHECK(StatusAndEnd(*server, false, "GET /hello HTTP/1.0\r\n\r\n") == 200);
  CHECK(StatusAndEnd(*server, false,
                     "GET /hello HTTP/1.1\r\nHost: x\r\nConnection: Foo, Close\r\n\r\n") == 200);
  RawClient old(server->port(), false);
  old.Send("GET /stream HTTP/1.0\r\n\r\n");
  const auto answer = old.Read();  // to the end of the connection
  CHECK_FALSE(answer.headers.Has("Transfer-Encoding"));
  CHECK(answer.body == "onetwothree");
  RawClient proxy(server->port(), false);
  proxy.Send("GET http://x/see/absolute?a=1 HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(proxy.Read().body == "GET /see/absolute|a=1|absolute");
}

TEST_CASE("HttpFramingShowsHandlersTheRawPath") {
  OnPlainAndTls([](HttpServer& server, bool tls) {
    RawClient client(server.port(), tls);
    const auto see = [&](std::string_view target) {
      client.Send("GET " + std::string(target) + " HTTP/1.1\r\nHost: x\r\n\r\n");
      const auto answer = client.Read();
      return answer.status == 200 ? answer.body : std::to_string(answer.status);
    };
    CHECK(see("/see/a%2Fb?q=%2F&q=a+b") == "GET /see/a%2Fb|q=/|q=a b|a/b");
    CHECK(see("/see/a%0Ab") == "GET /see/a%0Ab|a\nb");
    CHECK(see("/see/a?b?c") == "GET /see/a|b?c=|a");
    CHECK(see("/see/\xe6\xbc\xa2") == "GET /see/\xe6\xbc\xa2|\xe6\xbc\xa2");
    for (const auto* bad : {"/see/%00", "/see/%", "/see/%f", "/see/%ff", "/see/..", "/see/%2e%2E",
                            "/see/a%2F../b", "/see/\xff", "/see/a?b=%", "/../see/a"}) {
      INFO(bad);
      CHECK(see(bad) == "400");
    }
    const std::string longest(8192 - std::string("GET /see/ HTTP/1.1").size(), 'a');
    CHECK(see("/see/" + longest).size() == longest.size() * 2 + 10);
    client.Send(kHello);
    CHECK(client.Read().body == "hello");  // none of this cost the connection
  });
}

TEST_CASE("HttpFramingServesRangesOverTheWire") {
  OnPlainAndTls([](HttpServer& server, bool tls) {
    RawClient client(server.port(), tls);
    const auto get = [&](std::string_view path, std::string_view range) {
      client.Send("GET " + std::string(path) +
                  " HTTP/1.1\r\nHost: x\r\nRange: " + std::string(range) + "\r\n\r\n");
      const auto answer = client.Read();
      return std::to_string(answer.status) + " " + answer.body + " " +
             std::string(answer.headers.Find("Content-Range").value_or("-"));
    };
    CHECK(get("/file", "bytes=2-4") == "206 234 bytes 2-4/10");
    CHECK(get("/file", "bytes=-2") == "206 89 bytes 8-9/10");
    CHECK(get("/file", "bytes=20-30").substr(0, 4) == "416 ");
    CHECK(get("/file", "bytes=0-1,4-5") == "200 0123456789 -");
    CHECK(get("/file", "lines=0-1") == "200 0123456789 -");
    CHECK(get("/file", "bytes=" + std::string(8000, '1') + "-").substr(0, 4) == "416 ");
    CHECK(get("/file/empty", "bytes=0-0") == "200  bytes */0");
    CHECK(get("/hello", "bytes=1-2") == "200 hello -");  // a route without ranges
    CHECK(get("/missing", "bytes=1-2") == "404 {\"error\":\"Not found\"} -");
    CHECK(get("/missing", "bytes=100-") == "404 {\"error\":\"Not found\"} -");
  });
}
