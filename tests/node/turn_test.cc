#include "node/turn.h"

#include <thread>

#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::node;

TEST_CASE("ATurnIsOnesUntilItIsGivenBack") {
  Turn turn;
  const auto never = [] { return Status(Error(Errc::Cancelled, "gone")); };
  auto held = MUST(turn.Wait(never));
  MUST_FAIL(turn.Wait(never), Errc::Cancelled);
  int asked = 0;
  std::thread other([&] {
    MUST(turn.Wait([&]() -> Status {
      if (++asked == 1) held.reset();
      return Ok();
    }));
  });
  other.join();
  CHECK(asked == 1);
  MUST(turn.Wait(never));
}
