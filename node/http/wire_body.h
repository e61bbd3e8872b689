#pragma once
// The body of one request, read from its connection with a length or chunked (RFC 9112 section 7).
// Chunk extensions and trailers are read and forgotten.

#include <cstdint>
#include <optional>
#include <span>

#include "node/http/http_types.h"
#include "node/http/request_head.h"
#include "node/http/socket_stream.h"

namespace banyan::node {

class WireBody : public BodySource {
 public:
  WireBody(SocketStream& stream, const RequestHead& head);

  Result<std::size_t> Read(std::span<std::uint8_t> out) override;
  std::optional<std::uint64_t> size_bytes() const override;
  bool ClientIsGone() const override { return stream_.PeerIsGone(); }

  // The whole body was read: the next byte of the stream begins the next request.
  bool finished() const { return state_ == State::End; }
  // At most `max_bytes` are left and sure to come: not when the client still waits for
  // "100 Continue", nor in the middle of a chunked body, whose end nobody knows.
  bool Drainable(std::uint64_t max_bytes) const;
  // Skips what is left.
  Status Drain();

 private:
  //  Length ──▶ End                      (Content-Length)
  //  Size ──▶ Data ──▶ DataEnd ──▶ Size  (chunked)
  //    └────▶ Trailer ──▶ End
  enum class State { Length, Size, Data, DataEnd, Trailer, End, Failed };

  Result<std::size_t> ReadPart(std::span<std::uint8_t> out);
  Result<std::string> ReadLine();
  Status ReadChunkSize();
  Status ReadDataEnd();
  Status ReadTrailer();
  Status SendContinue();

  SocketStream& stream_;
  const std::optional<std::uint64_t> announced_;
  State state_;
  bool continue_owed_;
  std::uint64_t left_ = 0;  // of the body, or of this chunk
};

}  // namespace banyan::node
