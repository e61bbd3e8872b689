#pragma once
// A client that sends exactly the bytes it is given, plain or TLS, and reads one answer at a time.

#include <openssl/ssl.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "node/http/http_types.h"

namespace banyan::node {

struct RawAnswer {
  int status = 0;  // 0: no complete answer came
  HeaderList headers;
  std::string body;
};

class RawClient {
 public:
  // `receive_buffer_bytes` 0 leaves the system's choice.
  RawClient(std::uint16_t port, bool tls, int receive_buffer_bytes = 0);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  // False when the server has closed.
  bool Send(std::string_view bytes);
  // The next answer: an interim one (100), or one with its body; `to_head` for answers to HEAD.
  RawAnswer Read(bool to_head = false);
  // True when the server closes within `timeout_ms` without sending anything more.
  bool ClosedWithin(int timeout_ms);
  // Reads up to `size` bytes; empty at the end, on an error or after `timeout_ms`.
  std::string ReadSome(std::size_t size, int timeout_ms = 30'000);
  void EndSending();

 private:
  bool FillTo(std::size_t size);
  std::string TakeChunked();

  int fd_ = -1;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_{nullptr, SSL_CTX_free};
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_{nullptr, SSL_free};
  std::string input_;
};

}  // namespace banyan::node
