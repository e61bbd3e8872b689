#pragma once
// The HTTP/1.1 server, plain or TLS: one thread per open connection from an elastic pool, strict
// framing, and a deadline for every wait. What reaches the dispatcher is well formed; what does
// not is answered 4xx or 501 and the connection is closed.

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "node/http/host_port.h"
#include "node/http/http_types.h"
#include "storage/base/clock.h"
#include "storage/base/random.h"
#include "storage/base/result.h"

namespace banyan::node {

struct HttpLimits {
  std::size_t max_connections = 4000;  // beyond: 503 with Retry-After
  std::size_t max_header_bytes = 32u << 10;
  std::size_t max_header_count = 100;
  std::size_t max_request_line_bytes = 8u << 10;
  std::int64_t header_timeout_ms = 10'000;  // TLS handshake, and first to last byte of a head
  std::int64_t idle_timeout_ms = 75'000;    // between requests
  // A body that moves fewer than `min_bytes_per_s` over a whole window, either way, is cut.
  std::int64_t transfer_window_ms = 60'000;
  std::int64_t min_bytes_per_s = 2048;
  std::size_t drain_bytes = 64u << 10;  // an unread body up to this is skipped, else close
  // How long a closing side takes in what still comes: many read no answer before they have sent
  // all, however slowly.
  std::int64_t linger_ms = 30'000;
  std::int64_t linger_silence_ms = 2'000;
};

struct HttpServerOptions {
  std::string host = "127.0.0.1";  // a name or a numeric address
  std::uint16_t port = 0;          // 0 picks a free one
  std::string certificate_file;    // PEM chain; with key_file makes the server TLS
  std::string key_file;
  HttpLimits limits;
};

// Since the start, except open_connections. Bytes are those of HTTP, before TLS.
struct HttpCounters {
  std::array<std::uint64_t, 6> requests_by_class{};  // [2] = 2xx, ...
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::uint64_t connections = 0;
  std::uint64_t connections_rejected = 0;  // 503 by max_connections
  std::uint64_t open_connections = 0;
};

// Called on many threads at once, each with a stack of 1 MiB.
using Dispatcher = std::function<void(Request&, Response&)>;

class HttpServer {
 public:
  // Listens and serves until Stop or destruction; raises the process's soft limit of descriptors
  // as max_connections needs. Fails with Io when the address cannot be bound, Invalid when the
  // certificate or key cannot be used.
  static Result<std::unique_ptr<HttpServer>> Start(const HttpServerOptions& options, Clock& clock,
                                                   Random& random, Dispatcher dispatcher);
  virtual ~HttpServer() = default;

  virtual std::uint16_t port() const = 0;
  virtual HttpCounters counters() const = 0;
  // Stops accepting, closes idle connections, lets running requests finish for `grace_ms`, then
  // cuts them and waits for their handlers to return. Idempotent; destruction is Stop(0).
  virtual void Stop(std::int64_t grace_ms) = 0;
};

}  // namespace banyan::node
