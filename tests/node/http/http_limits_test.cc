// Clients that are slow, endless or many: each wait has a deadline and each size a bound.
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <thread>
#include <vector>

#include "tests/node/raw_client.h"
#include "tests/node/test_server.h"
#include "tests/support/must.h"
#include "tests/support/sanitizer.h"

using namespace banyan;
using namespace banyan::node;

namespace {

constexpr std::string_view kHello = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";
constexpr bool kBoth[] = {false, true};

void Sleep(int duration_ms) { std::this_thread::sleep_for(std::chrono::milliseconds(duration_ms)); }

std::size_t ResidentBytes() {
  long size = 0;
  long resident = 0;
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  REQUIRE(std::fscanf(file, "%ld %ld", &size, &resident) == 2);
  std::fclose(file);
  return static_cast<std::size_t>(resident * ::sysconf(_SC_PAGESIZE));
}

// A request with a body of twenty pieces, one every 50 ms; its size.
std::size_t SendSteadily(RawClient& client, const std::string& request, std::size_t piece_bytes) {
  const std::size_t pieces = 20;
  const auto size = pieces * piece_bytes;
  client.Send(request + " HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(size) +
              "\r\n\r\n");
  for (std::size_t i = 0; i < pieces; ++i) {
    REQUIRE(client.Send(std::string(piece_bytes, 'b')));
    Sleep(50);
  }
  return size;
}

// Sends `piece` every `pause_ms` until the server has had enough.
int StatusAfterDripping(RawClient& client, std::string_view piece, int pause_ms) {
  for (int i = 0; i < 100 && client.Send(piece); ++i) {
    Sleep(pause_ms);
    const auto answer = client.ReadSome(12, 0);
    if (!answer.empty()) return std::atoi(answer.c_str() + 9);
    if (client.ClosedWithin(0)) return 0;
  }
  return -1;
}

}  // namespace

TEST_CASE("HttpLimitsEndAHeadThatComesTooSlowly") {
  const Router router = TestRoutes();
  for (const bool tls : kBoth) {
    const auto server = StartTestServer(router, tls, HastyLimits());
    RawClient drip(server->port(), tls);
    drip.Send("GET /hello HTTP/1.1\r\nHost: x\r\nX-Slow: ");
    CHECK(StatusAfterDripping(drip, "a", 50) == 408);
    RawClient silent(server->port(), tls);
    CHECK(silent.ClosedWithin(2000));
    RawClient idle(server->port(), tls);
    idle.Send(kHello);
    CHECK(idle.Read().body == "hello");
    CHECK(idle.ClosedWithin(2000));
  }
  const auto server = StartTestServer(router, true, HastyLimits());
  RawClient no_handshake(server->port(), false);
  no_handshake.Send("\x16\x03\x01");
  CHECK(no_handshake.ClosedWithin(2000));
}

TEST_CASE("HttpLimitsLetWhoSendsSlowlyReadTheRefusal") {
  const Router router = TestRoutes();
  for (const bool tls : kBoth) {
    auto limits = HastyLimits();
    limits.linger_ms = 3'000;
    limits.linger_silence_ms = 500;
    const auto server = StartTestServer(router, tls, limits);
    RawClient slow(server->port(), tls);
    SendSteadily(slow, "POST /missing", 65536);
    CHECK(slow.Read().status == 404);
    RawClient silent(server->port(), tls);
    silent.Send("POST /missing HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n");
    CHECK(silent.Read().status == 404);
    Sleep(1500);  // longer than the silence, less than it lingers in all
    CHECK(server->counters().open_connections == 0);
    RawClient endless(server->port(), tls);
    endless.Send("POST /missing HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n");
    int sent = 0;
    while (sent < 400 && endless.Send("b")) {
      Sleep(50);
      ++sent;
    }
    CHECK(sent < 400);
  }
}

TEST_CASE("HttpLimitsEndABodyThatComesTooSlowly") {
  const Router router = TestRoutes();
  for (const bool tls : kBoth) {
    const auto server = StartTestServer(router, tls, HastyLimits());
    RawClient drip(server->port(), tls);
    drip.Send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n");
    CHECK(StatusAfterDripping(drip, "a", 50) == 503);
    RawClient steady(server->port(), tls);  // 40 KiB/s, well above the 4 KiB/s asked for
    const auto size = SendSteadily(steady, "PUT /count", 2048);
    CHECK(steady.Read().body == std::to_string(size));
  }
}

TEST_CASE("HttpLimitsEndADownloadThatIsNotRead") {
  const Router router = TestRoutes();
  for (const bool tls : kBoth) {
    const auto server = StartTestServer(router, tls, HastyLimits());
    RawClient stalled(server->port(), tls, 16 << 10);
    stalled.Send("GET /big HTTP/1.1\r\nHost: x\r\n\r\n");
    for (int i = 0; i < 200 && server->counters().open_connections > 0; ++i) Sleep(50);
    CHECK(server->counters().open_connections == 0);
  }
}

TEST_CASE("HttpLimitsLetASteadySlowReaderFinish") {
  const Router router = TestRoutes();
  for (const bool tls : kBoth) {
    const auto server = StartTestServer(router, tls, HastyLimits());
    RawClient reader(server->port(), tls, 16 << 10);
    reader.Send("GET /big HTTP/1.1\r\nHost: x\r\n\r\n");
    std::size_t received = 0;
    const auto start = std::chrono::steady_clock::now();
    // About 1 MiB/s for well over the window, then at full speed.
    while (std::chrono::steady_clock::now() - start < std::chrono::milliseconds(1200)) {
      received += reader.ReadSome(16 << 10).size();
      Sleep(15);
    }
    for (std::string more; !(more = reader.ReadSome(1 << 16, 1000)).empty();) {
      received += more.size();
      if (received > kBigBytes) break;
    }
    CHECK(received > kBigBytes);
  }
}

TEST_CASE("HttpLimitsBoundTheHead") {
  const Router router = TestRoutes();
  for (const bool tls : kBoth) {
    const auto server = StartTestServer(router, tls);
    const auto ask = [&](const std::string& bytes) {
      RawClient client(server->port(), tls);
      client.Send(bytes);
      const auto answer = client.Read();
      CHECK(client.ClosedWithin(5000));
      return answer.status;
    };
    const std::string start = "GET /hello HTTP/1.1\r\nHost: x\r\n";
    std::string many = start;
    for (int i = 0; i < 10'000; ++i) many += "X" + std::to_string(i) + ": y\r\n";
    CHECK(ask(many + "\r\n") == 431);
    std::string few = start;
    for (int i = 0; i < 100; ++i) few += "X: y\r\n";
    CHECK(ask(few + "\r\n") == 431);  // 101 with Host
    CHECK(ask(start + "X: " + std::string(40'000, 'y') + "\r\n\r\n") == 431);
    CHECK(ask("GET /" + std::string(8200, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n") == 414);
    CHECK(ask("GET /" + std::string(100'000, 'a')) == 414);
  }
}

TEST_CASE("HttpLimitsBoundWhatARouteReads") {
  const Router router = TestRoutes();
  for (const bool tls : kBoth) {
    const auto server = StartTestServer(router, tls);
    const auto ask = [&](std::string_view fields, std::string_view body) {
      RawClient client(server->port(), tls);
      client.Send("POST /limited HTTP/1.1\r\nHost: x\r\n" + std::string(fields) + "\r\n" +
                  std::string(body));
      return client.Read().status;
    };
    CHECK(ask("Content-Length: 10\r\n", "0123456789") == 200);
    CHECK(ask("Content-Length: 11\r\n", "01234567890") == 413);
    CHECK(ask("Transfer-Encoding: chunked\r\n", "a\r\n0123456789\r\n0\r\n\r\n") == 200);
    CHECK(ask("Transfer-Encoding: chunked\r\n", "b\r\n01234567890\r\n0\r\n\r\n") == 413);
  }
}

TEST_CASE("HttpLimitsKeepMemoryFlatUnderLargeUploads") {
  const Router router = TestRoutes();
  const std::size_t size = 64u << 20;
  const std::string block(1u << 20, 'x');
  for (const bool tls : kBoth) {
    const auto server = StartTestServer(router, tls);
    const auto upload = [&](std::string_view method, std::string_view path) {
      RawClient client(server->port(), tls);
      client.Send(std::string(method) + " " + std::string(path) +
                  " HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n");
      for (std::size_t sent = 0; sent < size && client.Send(block);) sent += block.size();
      return client.Read();
    };
    upload("PUT", "/missing");
    const auto before = ResidentBytes();
    CHECK(upload("PUT", "/count").body == std::to_string(size));
    upload("PUT", "/missing");  // 404 or a reset while still sending; never buffered
    upload("POST", "/echo");
    RawClient endless(server->port(), tls);
    endless.Send("GET / HTTP/1.1\r\nHost: x\r\nX: ");
    for (int i = 0; i < 64 && endless.Send(block); ++i) {
    }
    if (!kSanitized) CHECK(ResidentBytes() < before + (8u << 20));
  }
}

TEST_CASE("HttpLimitsTurnAwayWhatIsTooMuch") {
  const Router router = TestRoutes();
  HttpLimits limits;
  limits.max_connections = 4;
  for (const bool tls : kBoth) {
    const auto server = StartTestServer(router, tls, limits);
    std::vector<std::unique_ptr<RawClient>> busy;
    const std::string head = "PUT /count HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n";
    for (int i = 0; i < 4; ++i) {
      busy.push_back(std::make_unique<RawClient>(server->port(), tls));
      busy.back()->Send(head);
    }
    while (server->counters().bytes_in < 4 * head.size()) Sleep(5);  // before, they are idle
    {
      RawClient late(server->port(), tls);
      late.Send(kHello);
      const auto answer = late.Read();
      CHECK(answer.status == 503);
      CHECK(answer.headers.Has("Retry-After"));
      CHECK(late.ClosedWithin(3000));
    }
    CHECK(server->counters().connections_rejected == 1);
    for (auto& client : busy) {
      client->Send("abc");
      CHECK(client->Read().body == "3");
    }
    // All four are idle soon: then a new one takes the place of one of them.
    bool made_room = false;
    for (int i = 0; i < 100 && !made_room; ++i) {
      RawClient next(server->port(), tls);
      for (auto& client : busy) made_room = made_room || client->ClosedWithin(10);
    }
    CHECK(made_room);
  }
}

TEST_CASE("HttpLimitsCarryAThousandSlowDownloads") {
  const Router router = TestRoutes();
  const auto server = StartTestServer(router, false);
  const auto before = ResidentBytes();
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 1000; ++i) {
    clients.push_back(std::make_unique<RawClient>(server->port(), false, 4096));
    clients.back()->Send("GET /big HTTP/1.1\r\nHost: x\r\n\r\n");
  }
  for (auto& client : clients) REQUIRE_FALSE(client->ReadSome(100).empty());
  CHECK(server->counters().open_connections == 1000);
  if (!kSanitized) CHECK(ResidentBytes() < before + (100u << 20));
  RawClient fast(server->port(), false);
  fast.Send(kHello);
  CHECK(fast.Read().body == "hello");
}
