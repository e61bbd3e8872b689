#include "node/http/socket_stream.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace banyan::node {
namespace {

constexpr std::size_t kFillBytes = 16u << 10;
constexpr std::size_t kKeepBytes = 4u << 10;     // what an idle connection may hold on to
constexpr std::size_t kGatherBytes = 16u << 10;  // shorter writes wait for company
constexpr std::size_t kMaxInt = 1u << 30;

// True when the socket is ready (or broken: the next call will tell), false at the timeout.
bool Poll(int fd, WireState wanted, std::int64_t timeout_ms) {
  pollfd entry = {fd, static_cast<short>(wanted == WireState::WantRead ? POLLIN : POLLOUT), 0};
  const auto bounded = std::clamp<std::int64_t>(timeout_ms, 0, kMaxInt);
  const int ready = ::poll(&entry, 1, static_cast<int>(bounded));
  return ready > 0 || (ready < 0 && errno == EINTR);
}

Error Gone() { return Error(Errc::Cancelled, "the client closed the connection"); }
Error TooSlow() { return Error(Errc::Unavailable, "the client took too long"); }

}  // namespace

bool Pace::Waited(std::int64_t duration_ms) {
  waited_ms_ += duration_ms;
  if (waited_ms_ < limits_.transfer_window_ms) return true;
  const auto wanted = static_cast<std::uint64_t>(limits_.min_bytes_per_s * waited_ms_ / 1000);
  const bool fast_enough = moved_bytes_ >= wanted;
  waited_ms_ = 0;
  moved_bytes_ = 0;
  return fast_enough;
}

SocketStream::SocketStream(int fd, std::unique_ptr<Wire> wire, const HttpLimits& limits,
                           Clock& clock, TrafficCounters& traffic)
    : fd_(fd),
      wire_(std::move(wire)),
      clock_(clock),
      traffic_(traffic),
      read_pace_(limits),
      write_pace_(limits),
      unsent_limit_(fd, clock) {}

SocketStream::~SocketStream() { ::close(fd_); }

Status SocketStream::Handshake(std::int64_t deadline_ms) {
  for (;;) {
    const auto step = wire_->Handshake();
    if (step.state == WireState::Moved) return Ok();
    if (step.state == WireState::Closed) return Gone();
    TRY(WaitFor(step.state, deadline_ms));
  }
}

void SocketStream::Consume(std::size_t count) {
  consumed_ += count;
  ENSURE(consumed_ <= input_.size());
  if (consumed_ < input_.size()) return;
  consumed_ = 0;
  input_.clear();
  if (input_.capacity() > kKeepBytes) input_.shrink_to_fit();
}

Status SocketStream::Fill(std::int64_t deadline_ms) { return FillUntil(deadline_ms); }
Status SocketStream::FillInPace() { return FillUntil(std::nullopt); }

Status SocketStream::FillUntil(std::optional<std::int64_t> deadline_ms) {
  if (consumed_ > 0) input_.erase(0, std::exchange(consumed_, 0));
  std::array<std::uint8_t, kFillBytes> room;  // so that a waiting connection holds no buffer
  const std::size_t count = TRY(ReadSome(room, deadline_ms));
  input_ += AsText(std::span(room).first(count));
  return Ok();
}

Result<std::size_t> SocketStream::Read(std::span<std::uint8_t> out) {
  const auto ready = buffered();
  if (ready.empty()) return ReadSome(out, std::nullopt);
  const auto count = std::min(out.size(), ready.size());
  std::copy_n(ready.begin(), count, out.begin());
  Consume(count);
  return count;
}

// At least one byte; without a deadline the peer's pace decides how long to wait.
Result<std::size_t> SocketStream::ReadSome(std::span<std::uint8_t> out,
                                           std::optional<std::int64_t> deadline_ms) {
  for (;;) {
    const auto step = wire_->Read(out);
    if (step.state == WireState::Closed) return Gone();
    if (step.state == WireState::Moved) {
      traffic_.bytes_in.fetch_add(step.bytes, std::memory_order_relaxed);
      read_pace_.Moved(step.bytes);
      return step.bytes;
    }
    TRY(deadline_ms ? WaitFor(step.state, *deadline_ms) : WaitInPace(step.state, read_pace_));
  }
}

Status SocketStream::Write(ByteView data) {
  if (output_.size() + data.size() > kGatherBytes) return Push(data);
  output_ += AsText(data);
  return Ok();
}

Status SocketStream::Flush() { return output_.empty() ? Ok() : Push({}); }

// Sends what was gathered and then `data`, straight from the caller's memory.
Status SocketStream::Push(ByteView data) {
  if (write_failed_) return Gone();
  write_failed_ = true;  // until all went well
  auto head = AsBytes(output_);
  while (!head.empty() || !data.empty()) {
    const auto step = wire_->Write(head, data);
    if (step.state == WireState::Closed) return Gone();
    if (step.state != WireState::Moved) {
      const auto waited = WaitInPace(step.state, write_pace_);
      if (!waited) return Error(Errc::Cancelled, waited.error().message());
    }
    traffic_.bytes_out.fetch_add(step.bytes, std::memory_order_relaxed);
    write_pace_.Moved(step.bytes);
    unsent_limit_.Moved(step.bytes);
    const auto from_head = std::min(step.bytes, head.size());
    head = head.subspan(from_head);
    data = data.subspan(step.bytes - from_head);
  }
  write_failed_ = false;
  output_.clear();
  return Ok();
}

Status SocketStream::WaitFor(WireState wanted, std::int64_t deadline_ms) {
  const auto left_ms = deadline_ms - clock_.MonotonicMs();
  if (left_ms <= 0 || !Poll(fd_, wanted, left_ms)) return TooSlow();
  return Ok();
}

Status SocketStream::WaitInPace(WireState wanted, Pace& pace) {
  const auto start_ms = clock_.MonotonicMs();
  Poll(fd_, wanted, pace.PatienceMs());
  if (!pace.Waited(clock_.MonotonicMs() - start_ms)) return TooSlow();
  return Ok();
}

bool SocketStream::PeerIsGone() const {
  pollfd entry = {fd_, POLLRDHUP, 0};
  return ::poll(&entry, 1, 0) > 0;
}

void SocketStream::Close(std::int64_t linger_ms, std::int64_t silence_ms) {
  if (write_failed_ || !Flush()) return;
  wire_->EndWriting();
  const auto until_ms = clock_.MonotonicMs() + linger_ms;
  for (auto now_ms = clock_.MonotonicMs(); now_ms < until_ms; now_ms = clock_.MonotonicMs()) {
    Consume(buffered().size());
    if (!Fill(std::min(until_ms, now_ms + silence_ms))) return;
  }
}

}  // namespace banyan::node
