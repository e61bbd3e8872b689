#include "cli/api_client.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "node/http/byte_range.h"
#include "node/http/http_error.h"
#include "storage/base/json.h"
#include "tests/cli/fake_node.h"
#include "tests/cli/fake_terminal.h"
#include "tests/node/test_server.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_random.h"
#include "tests/support/sample_data.h"

using namespace banyan;
using namespace banyan::cli;
using node::Response;
using Seen = FakeNode::Seen;

namespace {

// A client whose pauses take no time.
struct Fixture {
  FakeClock clock;
  FakeRandom random{1};
  FakeTerminal terminal;
  Interrupt interrupt;
  Environment environment{clock,    random,    DiskFileSystem(),
                          terminal, interrupt, [](const std::string&) { return std::nullopt; }};
  ApiOptions options;

  std::unique_ptr<ApiClient> Client(const std::string& url) {
    options.node = MUST(NodeUrl::Parse(url));
    options.http.bypass_proxy = true;
    return std::make_unique<ApiClient>(environment, options);
  }
};

// Announces the whole of `text` but breaks off after `cut` bytes.
class BrokenBody final : public node::BodyProducer {
 public:
  BrokenBody(std::string text, std::size_t cut) : text_(std::move(text)), cut_(cut) {}
  std::optional<std::uint64_t> size_bytes() const override { return text_.size(); }
  Status Write(node::BodySink& sink) override {
    TRY(sink.Write(AsBytes(text_.substr(0, cut_))));
    TRY(sink.Flush());
    return Error(Errc::Cancelled, "broken");
  }

 private:
  std::string text_;
  std::size_t cut_;
};

void Serve(const std::string& content, const Seen& seen, Response& response,
           std::size_t cut = std::string::npos) {
  const auto range = node::ResolveRange(seen.range, content.size());
  response.status = range.status;
  if (!range.content_range.empty()) response.headers.Set("Content-Range", range.content_range);
  auto part = content.substr(range.offset, range.size_bytes);
  if (part.size() > cut) {
    response.producer = std::make_unique<BrokenBody>(part, cut);
  } else {
    response.SetText("application/octet-stream", part);
  }
}

ApiRequest Download(std::string& into) {
  ApiRequest request;
  request.path = "/file";
  request.sink = [&into](ByteView bytes) {
    into += AsText(bytes);
    return Ok();
  };
  return request;
}

}  // namespace

TEST_CASE("ClientSendsJsonAndToken") {
  FakeNode fake([](const Seen&, Response& response) { response.SetJson(Json{{"ok", true}}); });
  Fixture fixture;
  fixture.options.http.token = "hf_bnynSecret";
  const auto client = fixture.Client(fake.url());
  REQUIRE(MUST(client->SendJson("POST", "/api/x", Json{{"a", 1}}))["ok"] == true);
  REQUIRE(MUST(client->SendJson("DELETE", "/api/y", Json()))["ok"] == true);
  const auto seen = fake.seen();
  REQUIRE(seen[0].method == "POST");
  REQUIRE(seen[0].body == R"({"a":1})");
  REQUIRE(seen[0].content_type == "application/json");
  REQUIRE(seen[0].authorization == "Bearer hf_bnynSecret");
  REQUIRE(seen[1].method == "DELETE");
  REQUIRE(seen[1].body.empty());
}

TEST_CASE("StatusesBecomeErrors") {
  std::atomic<int> status = 0;
  FakeNode fake(
      [&](const Seen&, Response& response) { node::Fail(response, status, "the reason"); });
  Fixture fixture;
  const auto client = fixture.Client(fake.url());
  const std::pair<int, Errc> cases[] = {
      {400, Errc::Invalid},  {401, Errc::Denied},   {403, Errc::Denied},
      {404, Errc::NotFound}, {409, Errc::Conflict}, {413, Errc::TooLarge},
      {507, Errc::NoSpace},  {422, Errc::Invalid},  {500, Errc::Unavailable}};
  for (const auto& [sent, expected] : cases) {
    status = sent;
    auto result = client->Get("/x");
    MUST_FAIL(result, expected);
    if (sent == 401) {
      REQUIRE(result.error().message().find("`banyan login`") != std::string::npos);
    } else {
      REQUIRE(result.error().message().starts_with("the reason"));
    }
  }
}

TEST_CASE("ErrorsFromOtherServersAreRecognised") {
  FakeNode fake([](const Seen&, Response& response) {
    response.status = 404;
    response.SetText("text/html", "<html>\x1b[2J");
  });
  Fixture fixture;
  const auto result = fixture.Client(fake.url())->Get("/x");
  MUST_FAIL(result, Errc::NotFound);
  REQUIRE(result.error().message().find("is it a Banyan node?") != std::string::npos);
}

TEST_CASE("UnreachableNodeFailsAtOnceWithAdvice") {
  Fixture fixture;
  std::string url;
  {
    FakeNode fake([](const Seen&, Response&) {});
    url = fake.url();
  }
  const auto result = fixture.Client(url)->Get("/x");
  MUST_FAIL(result, Errc::Unavailable);
  REQUIRE(result.error().message().starts_with("no node answers at " + url));
  REQUIRE(fixture.clock.slept_ms() == 0);
}

TEST_CASE("HttpsToANodeWithoutItFailsAtOnceWithAHint") {
  FakeNode fake([](const Seen&, Response& response) { response.SetJson(Json::object()); });
  Fixture fixture;
  const auto result = fixture.Client("https" + fake.url().substr(4))->Get("/x");
  MUST_FAIL(result, Errc::Unavailable);
  CHECK(result.error().message().find("does the node speak http,") != std::string::npos);
  CHECK(fixture.clock.slept_ms() == 0);
}

TEST_CASE("NodeThatWentAwayIsWaitedFor") {
  FakeNode fake([](const Seen&, Response& response) { response.SetJson(Json::object()); });
  Fixture fixture;
  const auto client = fixture.Client(fake.url());
  MUST(client->Get("/x"));
  fake.Stop();
  MUST_FAIL(client->Get("/x"), Errc::Unavailable);
  REQUIRE(fixture.clock.slept_ms() >= 500 + 1000 + 2000 + 4000 + 8000);
}

TEST_CASE("BusyNodeIsAskedAgainAsItWishes") {
  int calls = 0;
  FakeNode fake([&](const Seen&, Response& response) {
    if (++calls < 3) {
      response.headers.Set("Retry-After", "7");
      return node::Fail(response, 503, "busy");
    }
    response.SetJson(Json{{"calls", calls}});
  });
  Fixture fixture;
  std::string remark;
  fixture.options.on_retry = [&](const std::string& text) { remark = text; };
  const auto client = fixture.Client(fake.url());
  REQUIRE(MUST(client->SendJson("POST", "/x", Json::object()))["calls"] == 3);
  REQUIRE(fixture.clock.slept_ms() == 14'000);
  REQUIRE(remark == "busy: trying again in 7 s");
}

TEST_CASE("WhatTheNodeCannotGetItselfIsAskedForAFewTimesOnly") {
  FakeNode fake([](const Seen&, Response& response) {
    response.headers.Set("Retry-After", "10");
    node::Fail(response, 503, "no node has it", "FileNotHeld");
  });
  Fixture fixture;
  std::string remark;
  fixture.options.on_retry = [&](const std::string& text) { remark = text; };
  const auto result = fixture.Client(fake.url())->Get("/x");
  MUST_FAIL(result, Errc::Unavailable);
  CHECK(result.error().message().find("no node has it") != std::string::npos);
  CHECK(remark == "no node has it: trying again in 10 s");
  CHECK(fake.seen().size() == 3);
}

TEST_CASE("LongRetryAfterIsToldToTheUser") {
  FakeNode fake([](const Seen&, Response& response) {
    response.headers.Set("Retry-After", "3600");
    node::Fail(response, 429, "too many");
  });
  Fixture fixture;
  const auto result = fixture.Client(fake.url())->Get("/x");
  MUST_FAIL(result, Errc::Unavailable);
  REQUIRE(result.error().message() == "too many: try again in 1 h 0 min");
  REQUIRE(fake.seen().size() == 1);
}

TEST_CASE("OnlyRepeatableRequestsAreRepeatedAfterABreak") {
  FakeNode fake([](const Seen&, Response& response) {
    response.producer = std::make_unique<BrokenBody>("0123456789", 3);
  });
  Fixture fixture;
  const auto client = fixture.Client(fake.url());
  MUST_FAIL(client->SendJson("POST", "/x", Json::object()), Errc::Io);
  REQUIRE(fake.seen().size() == 1);
  MUST_FAIL(client->SendJson("PUT", "/x", Json::object()), Errc::Io);
  REQUIRE(fake.seen().size() == 1 + 6);
}

TEST_CASE("DownloadGoesOnWhereItBrokeOff") {
  const auto content = std::string(AsText(SampleNoise(1'000'000)));
  FakeNode fake([&](const Seen& seen, Response& response) {
    response.headers.Set("ETag", "\"v1\"");
    Serve(content, seen, response, 300'000);
  });
  Fixture fixture;
  std::string got;
  auto request = Download(got);
  MUST(fixture.Client(fake.url())->Send(request));
  REQUIRE(got == content);
  const auto seen = fake.seen();
  REQUIRE(seen.size() >= 4);
  REQUIRE(seen[1].range.starts_with("bytes="));

  got.clear();
  request.range = node::ByteRange{10, 600'009};
  MUST(fixture.Client(fake.url())->Send(request));
  REQUIRE(got == content.substr(10, 600'000));
}

TEST_CASE("DownloadThatNeverGetsPastAByteEndsSoon") {
  const std::string content(500'000, 'a');
  constexpr std::size_t kWall = 300'000;
  FakeNode fake([&](const Seen& seen, Response& response) {
    const auto offset = node::ResolveRange(seen.range, content.size()).offset;
    Serve(content, seen, response, std::min<std::size_t>(kWall - offset, 100'000));
  });
  Fixture fixture;
  std::string got;
  MUST_FAIL(fixture.Client(fake.url())->Send(Download(got)), Errc::Io);
  REQUIRE(got.size() == kWall);
  REQUIRE(fake.seen().size() == 3 + 5);  // three that moved on, five that did not
}

TEST_CASE("ANodeThatNeverSawTheRequestIsUnreachable") {
  const int silent = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* plain = reinterpret_cast<sockaddr*>(&address);
  REQUIRE(::bind(silent, plain, size) == 0);
  REQUIRE(::listen(silent, 1) == 0);
  REQUIRE(::getsockname(silent, plain, &size) == 0);
  Fixture fixture;
  fixture.options.http.connect_timeout_ms = 200;  // the greeting of TLS is never answered
  const auto url = "https://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  const auto result = fixture.Client(url)->Get("/x");
  ::close(silent);
  MUST_FAIL(result, Errc::Unavailable);
  REQUIRE(result.error().message().find("no node answers") != std::string::npos);
}

TEST_CASE("DownloadNeverMixesTwoVersions") {
  const std::string first(500'000, 'a');
  const std::string second(500'000, 'b');
  int calls = 0;
  FakeNode fake([&](const Seen& seen, Response& response) {
    // A server without If-Range support would still be caught by its plain 200.
    if (++calls == 1) return Serve(first, seen, response, 100'000);
    Serve(second, {}, response);
  });
  Fixture fixture;
  std::string got;
  MUST_FAIL(fixture.Client(fake.url())->Send(Download(got)), Errc::Unavailable);
  REQUIRE(got.find('b') == std::string::npos);
}

TEST_CASE("ErrorBodiesDoNotReachTheSink") {
  FakeNode fake([](const Seen&, Response& response) { node::Fail(response, 404, "no file"); });
  Fixture fixture;
  std::string got;
  MUST_FAIL(fixture.Client(fake.url())->Send(Download(got)), Errc::NotFound);
  REQUIRE(got.empty());
}

TEST_CASE("SinkEndsADownload") {
  FakeNode fake([](const Seen& seen, Response& response) {
    Serve(std::string(5'000'000, 'x'), seen, response);
  });
  Fixture fixture;
  ApiRequest request;
  request.path = "/file";
  request.sink = [](ByteView) { return Error(Errc::NoSpace, "disk full"); };
  const auto result = fixture.Client(fake.url())->Send(request);
  MUST_FAIL(result, Errc::NoSpace);
  REQUIRE(fake.seen().size() == 1);
}

TEST_CASE("UploadComesFromTheSource") {
  const auto content = SampleNoise(3'000'000);
  int calls = 0;
  FakeNode fake([&](const Seen&, Response& response) {
    if (++calls == 1) return node::Fail(response, 503, "busy");
    response.status = 204;
  });
  Fixture fixture;
  ApiRequest request;
  request.method = "PUT";
  request.path = "/up";
  request.source_size_bytes = content.size();
  request.source = [&](std::uint64_t offset, std::span<std::uint8_t> out) -> Result<std::size_t> {
    const auto size = std::min(out.size(), content.size() - static_cast<std::size_t>(offset));
    std::copy_n(content.begin() + static_cast<std::ptrdiff_t>(offset), size, out.begin());
    return size;
  };
  REQUIRE(MUST(fixture.Client(fake.url())->Send(request)).status == 204);
  REQUIRE(fake.seen().size() == 2);
  REQUIRE(fake.seen()[1].body == AsText(content));

  request.source = [](std::uint64_t, std::span<std::uint8_t>) -> Result<std::size_t> {
    return Error(Errc::Io, "disk gone");
  };
  MUST_FAIL(fixture.Client(fake.url())->Send(request), Errc::Io);
}

TEST_CASE("InterruptEndsPausesAndTransfers") {
  FakeNode fake([](const Seen&, Response& response) { node::Fail(response, 503, "busy"); });
  Fixture fixture;
  fixture.interrupt.Request();
  MUST_FAIL(fixture.Client(fake.url())->Get("/x"), Errc::Cancelled);
}

TEST_CASE("SilentNodeIsGivenUp") {
  FakeNode fake([](const Seen&, Response& response) {
    SystemClock().SleepMs(2500);
    response.SetJson(Json::object());
  });
  Fixture fixture;
  fixture.options.http.silence_ms = 1000;
  fixture.options.tries_max = 1;
  const auto client = fixture.Client(fake.url());
  MUST_FAIL(client->Get("/x"), Errc::Io);
  ApiRequest patient;
  patient.path = "/x";
  patient.silence_ms = 20'000;
  MUST(client->Send(patient));
}

TEST_CASE("ListsAreReadPageByPage") {
  FakeNode fake([](const Seen& seen, Response& response) {
    const bool second = seen.target.find("cursor") != std::string::npos;
    response.SetJson(second ? Json{3, 4} : Json{1, 2});
    if (!second) {
      response.headers.Set("Link", "<http://elsewhere.example/list?cursor=2>; rel=\"next\"");
    }
  });
  Fixture fixture;
  const auto client = fixture.Client(fake.url());
  REQUIRE(MUST(client->GetList("/list", 100)) == Json{1, 2, 3, 4});
  REQUIRE(MUST(client->GetList("/list", 3)) == Json{1, 2, 3});
  REQUIRE(MUST(client->GetList("/list", 2)) == Json{1, 2});
  REQUIRE(fake.seen()[1].target == "/list?cursor=2");
  REQUIRE(fake.seen().size() == 5);
}

TEST_CASE("TokenStaysWithItsNode") {
  FakeNode other([](const Seen&, Response& response) { response.SetJson(Json::object()); });
  FakeNode fake([&](const Seen& seen, Response& response) {
    response.status = 307;
    const auto port = other.url().substr(other.url().rfind(':'));
    const auto* host = seen.target == "/x" ? "localhost" : "127.0.0.1";
    response.headers.Set("Location", std::string("http://") + host + port + "/y");
  });
  Fixture fixture;
  fixture.options.http.token = "hf_bnynSecret";
  MUST(fixture.Client(fake.url())->Get("/x"));
  MUST(fixture.Client(fake.url())->Get("/same-host-another-port"));
  REQUIRE(other.seen().size() == 2);
  for (const auto& seen : other.seen()) REQUIRE(seen.authorization.empty());
}

TEST_CASE("CertificatesAreChecked") {
  const auto& certificate = node::SelfSignedCertificate();
  node::HttpServerOptions options;
  options.certificate_file = certificate.certificate_file;
  options.key_file = certificate.key_file;
  FakeNode fake(
      [](const Seen&, Response& response) {
        response.SetJson(Json{{"tls", true}});
      },
      options);
  Fixture fixture;
  const auto refused = fixture.Client(fake.url())->Get("/x");
  MUST_FAIL(refused, Errc::Io);
  REQUIRE(refused.error().message().find("certificate") != std::string::npos);
  REQUIRE(refused.error().message().find("--ca-file") != std::string::npos);
  fixture.options.http.ca_file = certificate.certificate_file;
  REQUIRE(MUST(fixture.Client(fake.url())->Get("/x"))["tls"] == true);
}

TEST_CASE("ManyThreadsShareOneClientAndItsConnections") {
  FakeNode fake([](const Seen&, Response& response) { response.SetJson(Json{1}); });
  Fixture fixture;
  const auto client = fixture.Client(fake.url());
  std::atomic<int> good = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 20; ++n) good += client->Get("/x") ? 1 : 0;
    });
  }
  for (auto& thread : threads) thread.join();
  REQUIRE(good == 80);
}

TEST_CASE("RateLimitHoldsDownloadsBack") {
  FakeNode fake([](const Seen& seen, Response& response) {
    Serve(std::string(200'000, 'x'), seen, response);
  });
  Fixture fixture;
  fixture.options.rate_limit_bytes_per_s = 100'000;
  std::string got;
  MUST(fixture.Client(fake.url())->Send(Download(got)));
  REQUIRE(got.size() == 200'000);
  REQUIRE(fixture.clock.slept_ms() >= 1900);
  REQUIRE(fixture.clock.slept_ms() <= 2100);
}

TEST_CASE("PathsAreEscapedOncePerSegment") {
  REQUIRE(Escape("a/b c") == "a%2Fb%20c");
  REQUIRE(EscapePath("a/b c/模") == "a/b%20c/%E6%A8%A1");
}

TEST_CASE("ANodeMaySayThatItsCopyIsDamaged") {
  FakeNode fake([](const Seen&, Response& response) {
    node::Fail(response, 500, "chunk 3 of pack 1 is damaged", "Corrupt");
  });
  Fixture fixture;
  MUST_FAIL(fixture.Client(fake.url())->Get("/x"), Errc::Corrupt);
}
