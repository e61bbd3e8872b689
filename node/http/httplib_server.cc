#include "node/http/httplib_server.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace banyan::node {
namespace {

constexpr int kBacklog = 1024;
constexpr std::int64_t kAcceptPauseMs = 50;

// Set while a task runs for which the pool has no thread: its connection is closed at once.
thread_local bool no_thread_left = false;

// void in 0.11, bool in 0.18.
using Enqueued = decltype(std::declval<httplib::TaskQueue&>().enqueue(nullptr));

}  // namespace

class HttplibServer::Queue : public httplib::TaskQueue {
 public:
  explicit Queue(ThreadPool& pool) : pool_(pool) {}
  Enqueued enqueue(std::function<void()> task) override {
    if (!pool_.Run(task)) {
      no_thread_left = true;
      task();
      no_thread_left = false;
    }
    return Enqueued(true);
  }
  void shutdown() override {}  // the pool outlives each run of the accept loop

 private:
  ThreadPool& pool_;
};

HttplibServer::HttplibServer(Clock& clock, ThreadPool& pool, Dispatcher dispatcher,
                             std::function<void(int fd)> serve)
    : clock_(clock), pool_(pool), dispatcher_(std::move(dispatcher)), serve_(std::move(serve)) {
  new_task_queue = [this] { return new Queue(pool_); };
  set_socket_options([](socket_t fd) {  // without the library's SO_REUSEPORT: a port is ours alone
    const int on = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  });
  set_tcp_nodelay(true);
  SetHandlers();
}

HttplibServer::~HttplibServer() {
  if (listen_fd_ >= 0) ::close(listen_fd_);
}

Result<std::uint16_t> HttplibServer::Bind(const std::string& host, std::uint16_t port) {
  const int bound = port == 0 ? bind_to_any_port(host) : bind_to_port(host, port) ? port : -1;
  if (bound <= 0) {
    return Error(Errc::Io, "cannot listen on " + host + " port " + std::to_string(port) + ": " +
                               std::strerror(errno));
  }
  listen_fd_ = svr_sock_;
  if (::listen(listen_fd_, kBacklog) != 0) return Error(Errc::Io, "listen failed");
  return static_cast<std::uint16_t>(bound);
}

void HttplibServer::AcceptUntilStopped() {
  while (!stopping_) {
    const int duplicate = ::fcntl(listen_fd_, F_DUPFD_CLOEXEC, 0);
    if (duplicate >= 0) {
      svr_sock_ = duplicate;
      listen_after_bind();  // closes the duplicate when accept fails
      stop();               // forgets the failure, which 0.18 would remember
    }
    if (!stopping_) clock_.SleepMs(kAcceptPauseMs);
  }
}

void HttplibServer::StopAccepting() {
  stopping_ = true;
  ::shutdown(listen_fd_, SHUT_RDWR);
}

bool HttplibServer::process_and_close_socket(socket_t fd) {
  if (no_thread_left) {
    ::close(fd);
  } else {
    serve_(fd);
  }
  return true;
}

}  // namespace banyan::node
