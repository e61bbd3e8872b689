#include "node/http/wire.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>

namespace banyan::node {
namespace {

WireStep FromErrno(WireState blocked) {
  const bool again = errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
  return {again ? blocked : WireState::Closed, 0};
}

class PlainWire : public Wire {
 public:
  explicit PlainWire(int fd) : fd_(fd) {}

  WireStep Read(std::span<std::uint8_t> out) override {
    const auto count = ::recv(fd_, out.data(), out.size(), 0);
    if (count < 0) return FromErrno(WireState::WantRead);
    if (count == 0) return {};
    return {WireState::Moved, static_cast<std::size_t>(count)};
  }

  WireStep Write(ByteView head, ByteView data) override {
    iovec parts[2] = {{const_cast<std::uint8_t*>(head.data()), head.size()},
                      {const_cast<std::uint8_t*>(data.data()), data.size()}};
    msghdr message = {};
    message.msg_iov = head.empty() ? parts + 1 : parts;
    message.msg_iovlen = head.empty() ? 1 : 2;
    const auto count = ::sendmsg(fd_, &message, MSG_NOSIGNAL);
    if (count < 0) return FromErrno(WireState::WantWrite);
    return {WireState::Moved, static_cast<std::size_t>(count)};
  }

  WireStep Handshake() override { return {WireState::Moved, 0}; }
  void EndWriting() override { ::shutdown(fd_, SHUT_WR); }

 private:
  int fd_;
};

}  // namespace

std::unique_ptr<Wire> MakePlainWire(int fd) { return std::make_unique<PlainWire>(fd); }

}  // namespace banyan::node
