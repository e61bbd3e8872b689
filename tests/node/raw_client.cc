#include "tests/node/raw_client.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "storage/base/check.h"
#include "tests/support/sanitizer.h"

namespace banyan::node {
namespace {

constexpr int kReadMs = kSanitized ? 60'000 : 5'000;

}  // namespace

RawClient::RawClient(std::uint16_t port, bool tls, int receive_buffer_bytes)
    : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  ENSURE(fd_ >= 0);
  if (receive_buffer_bytes > 0) {
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof receive_buffer_bytes);
  }
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ENSURE(::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  const int on = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (!tls) return;
  context_.reset(SSL_CTX_new(TLS_client_method()));
  ssl_.reset(SSL_new(context_.get()));
  SSL_set_fd(ssl_.get(), fd_);
  if (SSL_connect(ssl_.get()) != 1) ssl_.reset();
}

RawClient::~RawClient() {
  ssl_.reset();
  ::close(fd_);
}

bool RawClient::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = ssl_ ? SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()))
                            : ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

void RawClient::EndSending() {
  if (ssl_) SSL_shutdown(ssl_.get());
  ::shutdown(fd_, SHUT_WR);
}

std::string RawClient::ReadSome(std::size_t size, int timeout_ms) {
  if (!input_.empty()) {
    const auto count = std::min(size, input_.size());
    std::string out = input_.substr(0, count);
    input_.erase(0, count);
    return out;
  }
  pollfd entry = {fd_, POLLIN, 0};
  const bool pending = ssl_ && SSL_pending(ssl_.get()) > 0;
  if (!pending && ::poll(&entry, 1, timeout_ms) <= 0) return {};
  std::string out(size, '\0');
  const auto count = ssl_ ? SSL_read(ssl_.get(), out.data(), static_cast<int>(size))
                          : ::recv(fd_, out.data(), size, 0);
  out.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  return out;
}

bool RawClient::ClosedWithin(int timeout_ms) {
  pollfd entry = {fd_, POLLIN, 0};
  if (!input_.empty() || ::poll(&entry, 1, timeout_ms) <= 0) return false;
  return ReadSome(1).empty();
}

bool RawClient::FillTo(std::size_t size) {
  while (input_.size() < size) {
    std::string held = std::move(input_);
    input_.clear();
    const auto more = ReadSome(1 << 16, kReadMs);
    input_ = std::move(held) + more;
    if (more.empty()) return false;
  }
  return true;
}

std::string RawClient::TakeChunked() {
  std::string body;
  for (;;) {
    std::size_t end;
    while ((end = input_.find("\r\n")) == input_.npos) {
      if (!FillTo(input_.size() + 1)) return {};
    }
    const auto size = std::strtoul(input_.c_str(), nullptr, 16);
    if (!FillTo(end + 2 + size + 2)) return {};
    body += input_.substr(end + 2, size);
    input_.erase(0, end + 2 + size + 2);
    if (size == 0) return body;
  }
}

RawAnswer RawClient::Read(bool to_head) {
  RawAnswer answer;
  std::size_t end;
  while ((end = input_.find("\r\n\r\n")) == input_.npos) {
    if (!FillTo(input_.size() + 1)) return {};
  }
  const std::string head = input_.substr(0, end + 2);
  input_.erase(0, end + 4);
  if (head.rfind("HTTP/1.1 ", 0) != 0) return {};
  answer.status = std::atoi(head.c_str() + 9);
  for (auto at = head.find("\r\n") + 2; at < head.size();) {
    const auto line = head.substr(at, head.find("\r\n", at) - at);
    at += line.size() + 2;
    const auto colon = std::min(line.find(": "), line.size());
    answer.headers.Add(line.substr(0, colon), line.substr(std::min(colon + 2, line.size())));
  }
  if (to_head || answer.status < 200 || answer.status == 204 || answer.status == 304) {
    return answer;
  }
  if (answer.headers.Find("Transfer-Encoding") == "chunked") {
    answer.body = TakeChunked();
    return answer;
  }
  const auto length = answer.headers.Find("Content-Length");
  if (!length) {
    while (FillTo(input_.size() + 1)) {
    }
    answer.body = std::move(input_);
    input_.clear();
    return answer;
  }
  const auto size = std::strtoull(std::string(*length).c_str(), nullptr, 10);
  if (!FillTo(size)) return {};
  answer.body = input_.substr(0, size);
  input_.erase(0, size);
  return answer;
}

}  // namespace banyan::node
