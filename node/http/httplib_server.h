#pragma once
// The one header that includes cpp-httplib (0.11 to 0.18). The library listens, accepts, queues
// and serialises every answer; the parts that it cannot do safely are ours, and why:
//  1. It parses an unread body as the next request, loses pipelined requests, percent-decodes
//     header values, runs std::regex over the Range header and bounds neither the size of a
//     header line (0.11) nor the time a head may take. So Connection reads and checks the head,
//     and the library is shown a plain one: method, "/", nothing else.
//  2. It pushes bodies into callbacks and buffers those of unknown routes. So handlers pull
//     theirs from WireBody, and the library sees a request without a body.
//  3. Its routes are a list of std::regex. So one pre-routing handler takes every request.
//  4. It adds Keep-Alive, Content-Length on 204 and so on. So the post-routing handler, called
//     just before the head is written, replaces all headers by ours.
//  5. Stopping it breaks running downloads, and an error of accept ends its loop. So it listens
//     on a duplicate of our descriptor, ended by shutdown() and started again after an error.

#include <httplib.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

#include "node/http/connection.h"
#include "node/http/http_server.h"
#include "node/http/thread_pool.h"

namespace banyan::node {

class HttplibServer : public httplib::Server {
 public:
  // `serve` gets each accepted descriptor on a thread of `pool` and owns it.
  HttplibServer(Clock& clock, ThreadPool& pool, Dispatcher dispatcher,
                std::function<void(int fd)> serve);
  ~HttplibServer() override;

  // Returns the port.
  Result<std::uint16_t> Bind(const std::string& host, std::uint16_t port);
  // Accepts until StopAccepting was called by another thread.
  void AcceptUntilStopped();
  void StopAccepting();

  // AnswerFunction for the connections: asks the dispatcher and sends what it answers.
  bool Answer(Exchange& exchange);

  std::uint64_t answered(std::size_t status_class) const { return answered_[status_class]; }

 private:
  struct Answering;
  class Stream;
  class Queue;

  bool process_and_close_socket(socket_t fd) override;
  void SetHandlers();
  void Dispatch(Answering& answering) const;
  void Convert(Answering& answering, httplib::Response& out);
  static bool Produce(Answering& answering, httplib::DataSink& sink);

  static thread_local Answering* current_;  // of the request that this thread answers

  Clock& clock_;
  ThreadPool& pool_;
  const Dispatcher dispatcher_;
  const std::function<void(int fd)> serve_;
  int listen_fd_ = -1;
  std::atomic<bool> stopping_ = false;
  std::array<std::atomic<std::uint64_t>, 6> answered_{};
};

}  // namespace banyan::node
