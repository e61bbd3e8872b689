#include "node/client/http_handle.h"

#include "tests/node/test_server.h"
#include "tests/support/fake_clock.h"
#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::node;

namespace {

// Until the other hangs up.
class Endless final : public BodyProducer {
 public:
  std::optional<std::uint64_t> size_bytes() const override { return std::nullopt; }
  Status Write(BodySink& sink) override {
    const Bytes piece(64u << 10, 'n');
    for (;;) TRY(sink.Write(piece));
  }
};

}  // namespace

TEST_CASE("Attack6ARefusalWithoutAnEndIsEnded") {
  FakeClock clock;
  TransferRate rate(clock, 0);
  const std::atomic<bool> is_cancelled{false};
  Router router;
  router.Add("GET", "/no", [](Request&, Response& response) {
    response.status = 404;
    response.producer = std::make_unique<Endless>();
  });
  const auto server = StartTestServer(router, false);
  HttpHandle handle({rate, is_cancelled});
  ApiRequest request;
  std::uint64_t taken = 0;
  request.sink = [&](ByteView bytes) {
    taken += bytes.size();
    return Ok();
  };
  const auto url = "http://127.0.0.1:" + std::to_string(server->port()) + "/no";
  const auto outcome = handle.Exchange({}, url, request, {});
  REQUIRE(outcome.end == HttpOutcome::End::Stopped);
  CHECK(outcome.stop->message() == "it refuses, and does not end saying so");
  CHECK(taken == 0);
  CHECK(outcome.answer.body.size() <= (1u << 20));
}
