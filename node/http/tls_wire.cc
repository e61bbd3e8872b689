#include <openssl/err.h>
#include <sys/socket.h>

#include <algorithm>
#include <string_view>

#include "node/http/wire.h"

namespace banyan::node {
namespace {

using Ssl = std::unique_ptr<SSL, decltype(&SSL_free)>;

class TlsWire : public Wire {
 public:
  TlsWire(int fd, SSL_CTX& context) : fd_(fd), ssl_(SSL_new(&context), SSL_free) {
    ENSURE(ssl_ != nullptr && SSL_set_fd(ssl_.get(), fd) == 1);
    SSL_set_accept_state(ssl_.get());
  }

  WireStep Read(std::span<std::uint8_t> out) override {
    ERR_clear_error();
    std::size_t count = 0;
    const int outcome = SSL_read_ex(ssl_.get(), out.data(), out.size(), &count);
    return Step(outcome, count);
  }

  WireStep Write(ByteView head, ByteView data) override {
    const auto part = head.empty() ? data : head;
    ERR_clear_error();
    std::size_t count = 0;
    const int outcome = SSL_write_ex(ssl_.get(), part.data(), part.size(), &count);
    return Step(outcome, count);
  }

  WireStep Handshake() override {
    ERR_clear_error();
    return Step(SSL_do_handshake(ssl_.get()), 0);
  }

  void EndWriting() override {
    ERR_clear_error();
    if (!broken_ && SSL_is_init_finished(ssl_.get())) SSL_shutdown(ssl_.get());
    ::shutdown(fd_, SHUT_WR);
  }

 private:
  WireStep Step(int outcome, std::size_t count) {
    if (outcome == 1) return {WireState::Moved, count};
    switch (SSL_get_error(ssl_.get(), outcome)) {
      case SSL_ERROR_WANT_READ: return {WireState::WantRead, 0};
      case SSL_ERROR_WANT_WRITE: return {WireState::WantWrite, 0};
      case SSL_ERROR_ZERO_RETURN: return {};
      default: break;
    }
    ERR_clear_error();
    broken_ = true;  // OpenSSL allows no further call, not even SSL_shutdown
    return {};
  }

  int fd_;
  Ssl ssl_;
  bool broken_ = false;
};

// A client that offers ALPN gets http/1.1 if it lists it, else no protocol at all.
int SelectHttp11(SSL*, const unsigned char** out, unsigned char* out_size,
                 const unsigned char* offered, unsigned int offered_size, void*) {
  static constexpr unsigned char kHttp11[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* chosen = nullptr;
  const int outcome =
      SSL_select_next_proto(&chosen, out_size, kHttp11, sizeof kHttp11, offered, offered_size);
  *out = chosen;
  return outcome == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

Error TlsError(const std::string& what) {
  char text[256] = "unknown error";
  if (const auto code = ERR_get_error(); code != 0) ERR_error_string_n(code, text, sizeof text);
  ERR_clear_error();
  return Error(Errc::Invalid, what + ": " + text);
}

}  // namespace

std::unique_ptr<Wire> MakeTlsWire(int fd, SSL_CTX& context) {
  return std::make_unique<TlsWire>(fd, context);
}

Result<TlsContext> LoadTlsContext(const std::string& certificate_file,
                                  const std::string& key_file) {
  TlsContext context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  ENSURE(context != nullptr);
  SSL_CTX* raw = context.get();
  ERR_clear_error();
  SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
  SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(raw, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                            SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(raw, 1);
  SSL_CTX_set_alpn_select_cb(raw, SelectHttp11, nullptr);
  if (SSL_CTX_use_certificate_chain_file(raw, certificate_file.c_str()) != 1) {
    return TlsError("certificate file " + certificate_file);
  }
  if (SSL_CTX_use_PrivateKey_file(raw, key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    return TlsError("key file " + key_file);
  }
  if (SSL_CTX_check_private_key(raw) != 1) return TlsError("key file " + key_file);
  return context;
}

}  // namespace banyan::node
