#include "node/http/wire_body.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace banyan::node {
namespace {

constexpr std::size_t kMaxLineBytes = 4096;
constexpr std::uint64_t kMaxTrailerBytes = 32u << 10;

Error Malformed() { return Error(Errc::Invalid, "the chunked body is malformed"); }

}  // namespace

WireBody::WireBody(SocketStream& stream, const RequestHead& head)
    : stream_(stream),
      announced_(head.chunked ? std::nullopt : std::optional(head.content_length)),
      state_(head.chunked               ? State::Size
             : head.content_length == 0 ? State::End
                                        : State::Length),
      continue_owed_(head.expects_continue),
      left_(head.content_length) {}

std::optional<std::uint64_t> WireBody::size_bytes() const { return announced_; }

Result<std::size_t> WireBody::Read(std::span<std::uint8_t> out) {
  if (state_ == State::End || out.empty()) return std::size_t{0};
  if (state_ == State::Failed) return Error(Errc::Cancelled, "the body broke off before");
  auto count = ReadPart(out);
  if (!count) state_ = State::Failed;
  return count;
}

Result<std::size_t> WireBody::ReadPart(std::span<std::uint8_t> out) {
  TRY(SendContinue());
  for (;;) {
    switch (state_) {
      case State::Size: TRY(ReadChunkSize()); break;
      case State::DataEnd: TRY(ReadDataEnd()); break;
      case State::Trailer: TRY(ReadTrailer()); break;
      case State::End:
      case State::Failed: return std::size_t{0};
      case State::Length:
      case State::Data: {
        const auto room = std::min<std::uint64_t>(out.size(), left_);
        const std::size_t count = TRY(stream_.Read(out.first(static_cast<std::size_t>(room))));
        left_ -= count;
        if (left_ == 0) state_ = state_ == State::Length ? State::End : State::DataEnd;
        return count;
      }
    }
  }
}

Status WireBody::SendContinue() {
  if (!std::exchange(continue_owed_, false)) return Ok();
  TRY(stream_.Write(AsBytes("HTTP/1.1 100 Continue\r\n\r\n")));
  return stream_.Flush();
}

// A line without its CRLF.
Result<std::string> WireBody::ReadLine() {
  for (;;) {
    const auto input = stream_.buffered();
    const auto end = input.find("\r\n");
    if (std::min(end, input.size()) > kMaxLineBytes) return Malformed();
    if (end != input.npos) {
      std::string line(input.substr(0, end));
      // A bare CR or LF would be the end of the line for somebody else on the way.
      const auto is_control = [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; };
      if (std::any_of(line.begin(), line.end(), is_control)) return Malformed();
      stream_.Consume(end + 2);
      return line;
    }
    TRY(stream_.FillInPace());
  }
}

Status WireBody::ReadChunkSize() {
  const auto line = TRY(ReadLine());
  const auto digits = std::string_view(line).substr(0, line.find_first_of("; \t"));
  const auto* end = digits.data() + digits.size();
  const auto [stop, fault] = std::from_chars(digits.data(), end, left_, 16);
  if (stop != end || fault != std::errc() || digits.size() > 15) return Malformed();
  const auto after = line.find_first_not_of(" \t", digits.size());
  if (after != line.npos && line[after] != ';') return Malformed();
  state_ = left_ == 0 ? State::Trailer : State::Data;
  return Ok();
}

Status WireBody::ReadDataEnd() {
  const auto line = TRY(ReadLine());
  if (!line.empty()) return Malformed();
  state_ = State::Size;
  return Ok();
}

Status WireBody::ReadTrailer() {
  for (std::uint64_t total = 0; total <= kMaxTrailerBytes;) {
    const auto line = TRY(ReadLine());
    if (line.empty()) {
      state_ = State::End;
      return Ok();
    }
    total += line.size() + 2;
  }
  return Malformed();
}

bool WireBody::Drainable(std::uint64_t max_bytes) const {
  if (state_ == State::End) return true;
  return state_ == State::Length && left_ <= max_bytes && !continue_owed_;
}

Status WireBody::Drain() {
  std::array<std::uint8_t, 4096> scratch;
  while (!finished()) TRY(Read(scratch));
  return Ok();
}

}  // namespace banyan::node
