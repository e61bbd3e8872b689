#pragma once
// A client's connection as bytes in and bytes out, blocking with deadlines. Input is buffered for
// the whole life of the connection, so pipelined requests are never lost; short writes are
// gathered until Flush. Used by one thread.

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "node/http/http_server.h"
#include "node/http/unsent_limit.h"
#include "node/http/wire.h"
#include "storage/base/bytes.h"
#include "storage/base/clock.h"
#include "storage/base/result.h"

namespace banyan::node {

// Bytes of HTTP moved by all connections of a server.
struct TrafficCounters {
  std::atomic<std::uint64_t> bytes_in = 0;
  std::atomic<std::uint64_t> bytes_out = 0;
};

// Judges a peer by the time we spent waiting for it: our own pauses never count against it.
class Pace {
 public:
  explicit Pace(const HttpLimits& limits) : limits_(limits) {}
  // How long to wait for the peer at most before Waited must be told.
  std::int64_t PatienceMs() const { return limits_.transfer_window_ms - waited_ms_; }
  void Moved(std::size_t bytes) { moved_bytes_ += bytes; }
  // False once a whole window passed with less than the minimum rate.
  bool Waited(std::int64_t duration_ms);

 private:
  const HttpLimits& limits_;
  std::int64_t waited_ms_ = 0;
  std::uint64_t moved_bytes_ = 0;
};

class SocketStream {
 public:
  // Takes over the non-blocking descriptor; all references outlive the stream.
  SocketStream(int fd, std::unique_ptr<Wire> wire, const HttpLimits& limits, Clock& clock,
               TrafficCounters& traffic);
  ~SocketStream();
  SocketStream(const SocketStream&) = delete;
  SocketStream& operator=(const SocketStream&) = delete;

  Status Handshake(std::int64_t deadline_ms);

  // Input that was received but not yet consumed.
  std::string_view buffered() const { return std::string_view(input_).substr(consumed_); }
  void Consume(std::size_t count);
  // Adds at least one byte to buffered(). Unavailable when `deadline_ms` (of the Clock's
  // monotonic time) passes, Cancelled when the peer has closed.
  Status Fill(std::int64_t deadline_ms);
  // Fill for as long as the peer keeps the minimum rate.
  Status FillInPace();
  // Some bytes, past the buffer where that saves a copy. Waits and errors as FillInPace.
  Result<std::size_t> Read(std::span<std::uint8_t> out);

  // Cancelled when the peer is gone or below the minimum rate; all later writes fail too.
  Status Write(ByteView data);
  Status Flush();

  // Ends our side politely and takes in what the peer still sends, so that it can read our last
  // answer: for `linger_ms` at most, and until nothing comes for `silence_ms`. The stream is of no
  // use afterwards.
  void Close(std::int64_t linger_ms, std::int64_t silence_ms);

  // Has closed its side; true also while some of what it sent before is unread.
  bool PeerIsGone() const;

  int fd() const { return fd_; }

 private:
  Status FillUntil(std::optional<std::int64_t> deadline_ms);
  Result<std::size_t> ReadSome(std::span<std::uint8_t> out,
                               std::optional<std::int64_t> deadline_ms);
  Status WaitFor(WireState wanted, std::int64_t deadline_ms);
  Status WaitInPace(WireState wanted, Pace& pace);
  Status Push(ByteView data);

  const int fd_;
  const std::unique_ptr<Wire> wire_;
  Clock& clock_;
  TrafficCounters& traffic_;
  std::string input_;
  std::size_t consumed_ = 0;
  std::string output_;
  Pace read_pace_;
  Pace write_pace_;
  UnsentLimit unsent_limit_;
  bool write_failed_ = false;
};

}  // namespace banyan::node
