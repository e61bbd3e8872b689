#pragma once
// A real HTTP server on the loopback whose answers a test scripts.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "node/http/http_server.h"
#include "storage/base/mutex.h"
#include "tests/support/must.h"
#include "tests/support/socket_order.h"

namespace banyan::cli {

class FakeNode {
 public:
  struct Seen {
    std::string method;
    std::string target;
    std::string authorization;
    std::string range;
    std::string content_type;
    std::string body;
  };
  using Answer = std::function<void(const Seen& seen, node::Response& response)>;

  // `answer` runs on the server's threads, one request at a time.
  explicit FakeNode(Answer answer, node::HttpServerOptions options = {})
      : answer_(std::move(answer)),
        options_(std::move(options)),
        server_(
            MUST(node::HttpServer::Start(options_, SystemClock(), SystemRandom(),
                                         [this](node::Request& request, node::Response& response) {
                                           Handle(request, response);
                                         }))) {}

  std::string url() const {
    const bool tls = !options_.certificate_file.empty();
    return (tls ? "https://localhost:" : "http://127.0.0.1:") + std::to_string(server_->port());
  }
  std::vector<Seen> seen() {
    const MutexLock lock(mutex_);
    return seen_;
  }
  void Stop() { server_->Stop(0); }

 private:
  void Handle(node::Request& request, node::Response& response) {
    request.LimitBody(1u << 30);
    const auto header = [&](const char* name) {
      return std::string(request.headers.Find(name).value_or(""));
    };
    Seen seen{request.method,  request.target,         header("Authorization"),
              header("Range"), header("Content-Type"), ""};
    if (auto body = request.ReadAll(1u << 30)) seen.body = *std::move(body);
    const MutexLock lock(mutex_);
    seen_.push_back(seen);
    PassSocketOrder();
    answer_(seen, response);
    PassSocketOrder();
  }

  Answer answer_;
  const node::HttpServerOptions options_;
  Mutex mutex_;
  std::vector<Seen> seen_ GUARDED_BY(mutex_);
  std::unique_ptr<node::HttpServer> server_;  // last: its threads use the others
};

}  // namespace banyan::cli
