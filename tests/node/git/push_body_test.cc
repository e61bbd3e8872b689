// What is sent for a push waits on the disk.
#include "node/git/push_body.h"

#include <algorithm>
#include <vector>

#include "tests/support/memory_file_system.h"
#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::node;

namespace {

constexpr std::uint64_t kStep = PushBody::kStepBytes;

// A body of so many bytes, each of which tells its place; breaks off after some.
class Sent : public BodySource {
 public:
  explicit Sent(std::uint64_t size, std::uint64_t breaks_at = UINT64_MAX)
      : size_(size), breaks_at_(breaks_at) {}
  static std::uint8_t ByteAt(std::uint64_t at) { return static_cast<std::uint8_t>(at * 31 >> 3); }

  Result<std::size_t> Read(std::span<std::uint8_t> out) override {
    if (at_ >= breaks_at_) return Error(Errc::Cancelled, "the client is gone");
    const auto count = std::min<std::uint64_t>({out.size(), size_ - at_, 50'000});
    for (auto& byte : out.first(count)) byte = ByteAt(at_++);
    return static_cast<std::size_t>(count);
  }
  std::optional<std::uint64_t> size_bytes() const override { return std::nullopt; }
  std::uint64_t read_bytes() const { return at_; }

 private:
  const std::uint64_t size_;
  const std::uint64_t breaks_at_;
  std::uint64_t at_ = 0;
};

struct Fixture {
  MemoryFileSystem fs;
  std::vector<std::uint64_t> asked;

  Fixture() { MUST(fs.CreateDirectories("git")); }
  Result<std::unique_ptr<PushBody>> Receive(Sent& sent, std::uint64_t room = UINT64_MAX) {
    Request request;
    request.body = &sent;
    request.LimitBody(UINT64_MAX);
    const auto body = MUST(RequestBody::Open(request));
    return PushBody::Receive(fs, "git/file-0", *body,
                             [&](std::uint64_t kept_bytes) -> Result<std::uint64_t> {
                               asked.push_back(kept_bytes);
                               if (kept_bytes >= room)
                                 return Error(Errc::TooLarge, "the quota is full");
                               return room - kept_bytes;
                             });
  }
};

void RequireKept(PushBody& push, std::uint64_t size) {
  Bytes block(70'000);
  std::uint64_t at = 0;
  while (const std::size_t count = MUST(push.Read(block))) {
    const bool same = std::ranges::all_of(ByteView(block).first(count), [&](std::uint8_t byte) {
      return byte == Sent::ByteAt(at++);
    });
    REQUIRE(same);
  }
  REQUIRE(at == size);
  REQUIRE(push.size_bytes() == size);
}

}  // namespace

TEST_CASE("APushIsReadFromTheDiskAsItCame") {
  for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{1}, 2 * kStep + 5}) {
    Fixture f;
    Sent sent(size);
    const auto push = MUST(f.Receive(sent));
    CHECK_FALSE(push->refused());
    RequireKept(*push, size);
  }
}

TEST_CASE("NothingOfAPushIsLeftOnTheDisk") {
  Fixture f;
  Sent sent(100'000);
  const auto push = MUST(f.Receive(sent));
  CHECK(MUST(f.fs.List("git")).empty());  // while it is read, too
  Sent broken(100'000, 50'000);
  MUST_FAIL(f.Receive(broken), Errc::Cancelled);
  CHECK(MUST(f.fs.List("git")).empty());
}

TEST_CASE("WhatIsBeyondTheRoomOfAPushIsReadAndNotKept") {
  Fixture f;
  Sent sent(5 * kStep);
  const auto push = MUST(f.Receive(sent, kStep + kStep / 2));
  REQUIRE(push->refused());
  CHECK(push->refused()->message() == "the quota is full");
  CHECK(sent.read_bytes() == 5 * kStep);
  CHECK(f.asked == std::vector<std::uint64_t>{0, kStep, kStep + kStep / 2});
  RequireKept(*push, kStep + kStep / 2);
  Sent fits(kStep + kStep / 2);
  CHECK_FALSE(MUST(f.Receive(fits, kStep + kStep / 2))->refused());
}

TEST_CASE("APushThatTheDiskHasNoRoomForIsReadAndRefused") {
  Fixture f;
  f.fs.SetFault({.kind = FaultKind::ShortWrite, .nth = 3});
  Sent sent(2u << 20);
  const auto push = MUST(f.Receive(sent));
  REQUIRE(push->refused());
  CHECK(push->refused()->code() == Errc::NoSpace);
  CHECK(sent.read_bytes() == 2u << 20);
  CHECK(MUST(f.fs.List("git")).empty());
}
