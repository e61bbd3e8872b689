#include "storage/content/slice_sender.h"

#include <algorithm>
#include <thread>
#include <vector>

#include "tests/support/fake_clock.h"
#include "tests/support/must.h"

namespace banyan::storage {
namespace {

constexpr std::size_t kSliceBytes = 128u << 10;
constexpr int kSlices = 100;  // more than three times what is judged

// A sink that remembers what it got: one number a slice, and the threads it ran on.
struct Seen {
  std::vector<std::uint8_t> first_bytes;
  std::vector<std::size_t> sizes;
  std::vector<bool> here;
  std::thread::id caller = std::this_thread::get_id();
  int fail_at = -1;

  Status Take(ByteView slice) {
    if (static_cast<int>(sizes.size()) == fail_at) return Error(Errc::Cancelled, "gone");
    first_bytes.push_back(slice[0]);
    sizes.push_back(slice.size());
    here.push_back(std::this_thread::get_id() == caller);
    return Ok();
  }
};

struct Setup {
  FakeClock clock;
  SenderThreads threads;
  Seen seen;
  std::int64_t sink_takes_ms = 0;
  const SliceSender::Sink sink = [this](ByteView slice) {
    clock.Advance(sink_takes_ms);
    return seen.Take(slice);
  };
};

// Slice i begins with the byte i and is i bytes short.
Status SendAll(Setup& setup) {
  SliceSender sender(setup.sink, kSliceBytes, setup.threads, setup.clock);
  auto memory = std::make_unique<std::uint8_t[]>(kSliceBytes);
  for (int i = 0; i < kSlices; ++i) {
    memory[0] = static_cast<std::uint8_t>(i);
    memory = TRY(sender.Send(std::move(memory), kSliceBytes - static_cast<std::size_t>(i)));
  }
  return sender.Drain();
}

TEST_CASE("SlicesReachAFastSinkInOrderAndFromAThreadOfTheirOwn") {
  Setup setup;
  MUST(SendAll(setup));
  REQUIRE(setup.seen.sizes.size() == kSlices);
  for (int i = 0; i < kSlices; ++i) {
    const auto at = static_cast<std::size_t>(i);
    CHECK(setup.seen.first_bytes[at] == i);
    CHECK(setup.seen.sizes[at] == kSliceBytes - at);
  }
  CHECK(setup.seen.here.front());
  CHECK_FALSE(setup.seen.here.back());
}

TEST_CASE("ASlowSinkIsCalledByTheCallerOnly") {
  Setup setup;
  setup.sink_takes_ms = 1;  // 32 of them make 4 MiB
  MUST(SendAll(setup));
  REQUIRE(setup.seen.here.size() == kSlices);
  CHECK(std::count(setup.seen.here.begin(), setup.seen.here.end(), false) == 0);
}

TEST_CASE("WithoutAFreeThreadTheCallerSends") {
  Setup setup;
  int taken = 0;
  while (setup.threads.Take()) ++taken;
  CHECK(taken >= 2);
  MUST(SendAll(setup));
  CHECK(setup.seen.here.back());
  setup.threads.Give();
  setup.seen = {};
  MUST(SendAll(setup));
  CHECK_FALSE(setup.seen.here.back());
  CHECK(setup.threads.Take());  // given back
}

TEST_CASE("AFailingSinkEndsTheSending") {
  for (const int fail_at : {0, 5, 40, kSlices - 1}) {
    Setup setup;
    setup.seen.fail_at = fail_at;
    MUST_FAIL(SendAll(setup), Errc::Cancelled);
    CHECK(setup.seen.sizes.size() == static_cast<std::size_t>(fail_at));
  }
}

}  // namespace
}  // namespace banyan::storage
