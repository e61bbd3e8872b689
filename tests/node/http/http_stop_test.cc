// How a server ends: running requests finish, idle connections close, and nothing waits for ever.
#include <atomic>
#include <chrono>
#include <thread>

#include "node/http/http_server.h"
#include "tests/node/raw_client.h"
#include "tests/node/test_server.h"
#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::node;

namespace {

constexpr std::string_view kHello = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";

std::int64_t Now() { return SystemClock().MonotonicMs(); }

// A route that answers when it is told to.
struct Gate {
  std::atomic<int> entered = 0;
  std::atomic<bool> open = false;
  void AddTo(Router& router) {
    router.Add("GET", "/gate", [this](Request&, Response& response) {
      ++entered;
      while (!open) SystemClock().SleepMs(1);
      response.SetText("text/plain", "through");
    });
  }
  void AwaitEntry() const {
    while (entered == 0) SystemClock().SleepMs(1);
  }
};

}  // namespace

TEST_CASE("HttpStopLetsRunningRequestsFinish") {
  Gate gate;
  Router router = TestRoutes();
  gate.AddTo(router);
  for (const bool tls : {false, true}) {
    gate.entered = 0;
    gate.open = false;
    const auto server = StartTestServer(router, tls);
    RawClient running(server->port(), tls);
    running.Send("GET /gate HTTP/1.1\r\nHost: x\r\n\r\n");
    gate.AwaitEntry();
    RawClient idle(server->port(), tls);
    idle.Send(kHello);
    CHECK(idle.Read().body == "hello");
    std::thread stopper([&] { server->Stop(10'000); });
    CHECK(idle.ClosedWithin(2000));
    gate.open = true;
    const auto answer = running.Read();
    CHECK(answer.body == "through");
    CHECK(answer.headers.Find("Connection") == "close");
    CHECK(running.ClosedWithin(2000));
    const auto start_ms = Now();
    stopper.join();
    CHECK(Now() - start_ms < 5000);
    CHECK(server->counters().open_connections == 0);
  }
}

TEST_CASE("LongWorkSeesThatItsClientIsGone") {
  std::atomic<int> entered = 0;
  std::atomic<int> given_up = 0;
  Router router;
  router.Add("POST", "/work", [&](Request& request, Response&) {
    CHECK(MUST(request.ReadAll(100)) == "body");
    ++entered;
    while (request.RequireClient()) SystemClock().SleepMs(1);
    ++given_up;
  });
  for (const bool tls : {false, true}) {
    const auto server = StartTestServer(router, tls);
    {
      RawClient client(server->port(), tls);
      client.Send("POST /work HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody");
      while (entered == given_up) SystemClock().SleepMs(1);
      SystemClock().SleepMs(20);
      CHECK(entered == given_up + 1);  // it waits
    }
    server->Stop(10'000);
    CHECK(entered == given_up);
  }
}

TEST_CASE("HttpStopFinishesADownload") {
  const Router router = TestRoutes();
  const auto server = StartTestServer(router, false);
  RawClient client(server->port(), false, 16 << 10);
  client.Send("GET /big HTTP/1.1\r\nHost: x\r\n\r\n");
  REQUIRE_FALSE(client.ReadSome(1).empty());
  std::thread stopper([&] { server->Stop(10'000); });
  std::size_t received = 0;
  for (std::string more; !(more = client.ReadSome(1 << 16)).empty();) received += more.size();
  stopper.join();
  CHECK(received > kBigBytes);
}

TEST_CASE("HttpStopCutsWhatTakesTooLong") {
  const Router router = TestRoutes();
  const auto server = StartTestServer(router, false);
  RawClient upload(server->port(), false);
  upload.Send("PUT /count HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
  RawClient download(server->port(), false, 16 << 10);
  download.Send("GET /big HTTP/1.1\r\nHost: x\r\n\r\n");
  REQUIRE_FALSE(download.ReadSome(1).empty());
  const auto start_ms = Now();
  server->Stop(100);
  CHECK(Now() - start_ms < 3000);
  CHECK(server->counters().open_connections == 0);
  server->Stop(100);  // again
}

TEST_CASE("HttpStopFreesThePort") {
  const Router router = TestRoutes();
  auto server = StartTestServer(router, false);
  const auto port = server->port();
  RawClient client(port, false);
  client.Send(kHello);
  CHECK(client.Read().body == "hello");
  server.reset();
  HttpServerOptions options;
  options.port = port;
  const auto again =
      MUST(HttpServer::Start(options, SystemClock(), SystemRandom(), [](Request&, Response&) {}));
  CHECK(again->port() == port);
}
