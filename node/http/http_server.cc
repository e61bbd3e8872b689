#include "node/http/http_server.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <thread>
#include <utility>

#include "node/http/connection.h"
#include "node/http/connection_registry.h"
#include "node/http/httplib_server.h"
#include "node/http/socket_stream.h"
#include "node/http/thread_pool.h"
#include "node/http/wire.h"

namespace banyan::node {
namespace {

constexpr std::size_t kTurnAwayThreads = 16;  // answer 503 to those beyond the limit

void PrepareSocket(int fd) {
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
  ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

// Each connection needs a descriptor, and storage needs some beside.
void RaiseDescriptorLimit(std::size_t connections) {
  rlimit limit = {};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  const rlim_t wanted = connections * 2 + 1024;
  if (limit.rlim_cur >= wanted) return;
  limit.rlim_cur = std::min(limit.rlim_max, wanted);
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

class Server final : public HttpServer {
 public:
  Server(const HttpServerOptions& options, TlsContext tls, Clock& clock, Random& random,
         Dispatcher dispatcher)
      : limits_(options.limits),
        tls_(std::move(tls)),
        clock_(clock),
        random_(random),
        pool_(clock, options.limits.max_connections + kTurnAwayThreads),
        library_(clock, pool_, std::move(dispatcher), [this](int fd) { Serve(fd); }),
        answer_([this](Exchange& exchange) { return library_.Answer(exchange); }) {}

  ~Server() override { Stop(0); }

  Status Open(const std::string& host, std::uint16_t port) {
    port_ = TRY(library_.Bind(host, port));
    acceptor_ = std::thread([this] { library_.AcceptUntilStopped(); });
    return Ok();
  }

  std::uint16_t port() const override { return port_; }

  HttpCounters counters() const override {
    HttpCounters out;
    for (std::size_t i = 0; i < out.requests_by_class.size(); ++i) {
      out.requests_by_class[i] = library_.answered(i);
    }
    out.bytes_in = traffic_.bytes_in;
    out.bytes_out = traffic_.bytes_out;
    out.connections = accepted_;
    out.connections_rejected = turned_away_;
    out.open_connections = registry_.size();
    return out;
  }

  void Stop(std::int64_t grace_ms) override {
    stopping_ = true;
    if (acceptor_.joinable()) {
      library_.StopAccepting();
      acceptor_.join();
    }
    registry_.EndIdle();
    pool_.WaitUntilIdle(grace_ms);
    registry_.EndAll();
    while (!pool_.WaitUntilIdle(1000)) {
    }
  }

 private:
  void Serve(int fd) {
    PrepareSocket(fd);
    SocketStream stream(fd, tls_ ? MakeTlsWire(fd, *tls_) : MakePlainWire(fd), limits_, clock_,
                        traffic_);
    ConnectionRegistry::Entry entry(registry_, fd);
    const auto open = registry_.size();
    accepted_.fetch_add(1, std::memory_order_relaxed);
    const bool full = open > limits_.max_connections;
    if (full) turned_away_.fetch_add(1, std::memory_order_relaxed);
    if (open > limits_.max_connections - limits_.max_connections / 8) registry_.EndOldestIdle();
    if (!stream.Handshake(clock_.MonotonicMs() + limits_.header_timeout_ms)) return;
    const ConnectionSettings settings{limits_, clock_, random_, stopping_, tls_ != nullptr, full};
    Connection(stream, entry, settings, answer_).Run();
  }

  const HttpLimits limits_;
  const TlsContext tls_;
  Clock& clock_;
  Random& random_;
  TrafficCounters traffic_;
  ConnectionRegistry registry_;
  std::atomic<std::uint64_t> accepted_ = 0;
  std::atomic<std::uint64_t> turned_away_ = 0;
  std::atomic<bool> stopping_ = false;
  std::uint16_t port_ = 0;
  ThreadPool pool_;  // without a task once Stop has returned
  HttplibServer library_;
  AnswerFunction answer_;
  std::thread acceptor_;
};

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::Start(const HttpServerOptions& options,
                                                      Clock& clock, Random& random,
                                                      Dispatcher dispatcher) {
  TlsContext tls(nullptr, SSL_CTX_free);
  if (options.certificate_file.empty() != options.key_file.empty()) {
    return Error(Errc::Invalid, "certificate_file and key_file go together");
  }
  if (!options.key_file.empty()) {
    tls = TRY(LoadTlsContext(options.certificate_file, options.key_file));
  }
  RaiseDescriptorLimit(options.limits.max_connections);
  auto server =
      std::make_unique<Server>(options, std::move(tls), clock, random, std::move(dispatcher));
  TRY(server->Open(options.host, options.port));
  return std::unique_ptr<HttpServer>(std::move(server));
}

}  // namespace banyan::node
