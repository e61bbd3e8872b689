// A connection that receives any bytes: however they are cut into pieces, the same requests with
// the same bodies come out of it, and every request is well formed.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "node/http/connection.h"
#include "storage/base/check.h"

using namespace banyan;
using namespace banyan::node;

namespace {

// Gives `input` in pieces and takes all that is written.
class MemoryWire : public Wire {
 public:
  MemoryWire(ByteView input, std::size_t piece_bytes) : input_(input), piece_bytes_(piece_bytes) {}
  WireStep Read(std::span<std::uint8_t> out) override {
    const auto count = std::min({out.size(), input_.size(), piece_bytes_});
    if (count == 0) return {};
    std::copy_n(input_.begin(), count, out.begin());
    input_ = input_.subspan(count);
    return {WireState::Moved, count};
  }
  WireStep Write(ByteView head, ByteView data) override {
    return {WireState::Moved, head.size() + data.size()};
  }
  WireStep Handshake() override { return {WireState::Moved, 0}; }
  void EndWriting() override {}

 private:
  ByteView input_;
  const std::size_t piece_bytes_;
};

void CheckRequest(const Request& request) {
  ENSURE(request.path.starts_with('/') && !request.method.empty() && !request.id.empty());
  for (const auto& [name, value] : request.headers.fields()) {
    for (const auto& text : {name, value}) {
      for (const char c : text) ENSURE(c != '\r' && c != '\n' && c != '\0');
    }
  }
}

// What a handler would see of each request, bodies read to the end or not at all.
std::vector<std::string> Serve(ByteView input, std::size_t piece_bytes) {
  std::vector<std::string> seen;
  const HttpLimits limits;
  TrafficCounters traffic;
  ConnectionRegistry registry;
  const std::atomic<bool> stopping = false;
  SocketStream stream(-1, std::make_unique<MemoryWire>(input, piece_bytes), limits, SystemClock(),
                      traffic);
  ConnectionRegistry::Entry entry(registry, -1);
  const ConnectionSettings settings{limits, SystemClock(), SystemRandom(), stopping, false, false};
  const AnswerFunction answer = [&](Exchange& exchange) {
    if (exchange.refusal) {
      seen.push_back(std::to_string(exchange.refusal->status));
    } else {
      CheckRequest(exchange.request);
      std::string text = exchange.request.method + " " + exchange.request.target;
      if (exchange.request.method != "DELETE") {
        const auto body = exchange.request.ReadAll(1u << 20);
        text += body ? " " + *body : " failed";
      }
      seen.push_back(text);
    }
    return !exchange.must_close() || true;
  };
  Connection(stream, entry, settings, answer).Run();
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView input(data, size);
  const auto whole = Serve(input, input.size() + 1);
  ENSURE(whole == Serve(input, 1));
  ENSURE(whole == Serve(input, 7));
  return 0;
}
