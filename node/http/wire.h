#pragma once
// A connected, non-blocking socket, plain or TLS: each call does what can be done now and says
// what to wait for. Not for concurrent use.

#include <openssl/ssl.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "storage/base/bytes.h"
#include "storage/base/result.h"

namespace banyan::node {

enum class WireState {
  Moved,      // `bytes` were read or written
  WantRead,   // nothing moved: wait until the socket is readable
  WantWrite,  // nothing moved: wait until it is writable
  Closed,     // the peer has ended its side, or the connection is broken
};
struct WireStep {
  WireState state = WireState::Closed;
  std::size_t bytes = 0;
};

class Wire {
 public:
  virtual ~Wire() = default;
  virtual WireStep Read(std::span<std::uint8_t> out) = 0;
  // Writes some of `head`, then some of `data`; `bytes` counts across both.
  virtual WireStep Write(ByteView head, ByteView data) = 0;
  // The TLS handshake; Moved once done, and always for a plain wire.
  virtual WireStep Handshake() = 0;
  // Tells the peer that no more will be written.
  virtual void EndWriting() = 0;
};

// Neither owns the descriptor, which must outlive the wire.
std::unique_ptr<Wire> MakePlainWire(int fd);
std::unique_ptr<Wire> MakeTlsWire(int fd, SSL_CTX& context);

// A server context for HTTP/1.1 from PEM files: TLS 1.2 or newer. Invalid when a file cannot be
// used or the key does not fit the certificate.
using TlsContext = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;
Result<TlsContext> LoadTlsContext(const std::string& certificate_file, const std::string& key_file);

}  // namespace banyan::node
