#include "node/http/unsent_limit.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/fake_clock.h"
#include "tests/support/must.h"

namespace banyan::node {
namespace {

class Socket {
 public:
  Socket() { REQUIRE(fd_ >= 0); }
  ~Socket() { ::close(fd_); }
  int fd() const { return fd_; }
  int UnsentBytes() const {
    int bytes = 0;
    socklen_t size = sizeof bytes;
    REQUIRE(::getsockopt(fd_, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &bytes, &size) == 0);
    return bytes;
  }

 private:
  const int fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
};

TEST_CASE("TheKernelTakesMoreFromUsForAFastClientOnly") {
  const Socket socket;
  FakeClock clock;
  UnsentLimit limit(socket.fd(), clock);
  CHECK(socket.UnsentBytes() == UnsentLimit::kNarrowBytes);

  limit.Moved(3 << 20);
  CHECK(socket.UnsentBytes() == UnsentLimit::kNarrowBytes);
  clock.Advance(250);
  limit.Moved(1 << 20);
  CHECK(socket.UnsentBytes() == UnsentLimit::kWideBytes);

  clock.Advance(251);
  limit.Moved(3 << 20);
  CHECK(socket.UnsentBytes() == UnsentLimit::kWideBytes);
  limit.Moved(1 << 20);
  CHECK(socket.UnsentBytes() == UnsentLimit::kNarrowBytes);
}

}  // namespace
}  // namespace banyan::node
