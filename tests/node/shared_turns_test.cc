// Who has how many turns, and who waits.
#include "node/shared_turns.h"

#include <thread>
#include <vector>

#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::node;

namespace {

using Turns = std::vector<std::unique_ptr<SharedTurns::Turn>>;

// As many as it may have, at most `most`.
Turns TakeAll(SharedTurns& turns, const std::string& client, std::size_t most = 100) {
  Turns taken;
  while (taken.size() < most) {
    auto turn = turns.Take(client);
    if (!turn) break;
    taken.push_back(*std::move(turn));
  }
  return taken;
}

}  // namespace

TEST_CASE("OneClientHasHalfOfTheTurnsThatOthersLeave") {
  SharedTurns turns(SystemClock(), {"pushes", 16, INT64_MAX, 10});
  auto campus = TakeAll(turns, "192.0.2.1");
  CHECK(campus.size() == 8);
  const auto refused = turns.Take("192.0.2.1");
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message() ==
        "this node works on 8 pushes of yours, which is the most at once: try again when one has "
        "ended");
  const auto second = TakeAll(turns, "user 1");
  CHECK(second.size() == 4);
  const auto third = TakeAll(turns, "user 2");
  CHECK(third.size() == 2);
  const auto fourth = TakeAll(turns, "user 3");
  const auto fifth = TakeAll(turns, "192.0.2.2");
  CHECK(fourth.size() == 1);
  CHECK(fifth.size() == 1);
  const auto full = turns.Take("user 4");
  REQUIRE_FALSE(full.has_value());
  CHECK(full.error().message() == "this node works on as many pushes as it may: try again later");
  campus.pop_back();
  MUST_FAIL(turns.Take("192.0.2.1"), Errc::Unavailable);  // what came free is for others
  MUST(turns.Take("user 4"));
}

TEST_CASE("TheOnlyTurnIsForAnybody") {
  SharedTurns turns(SystemClock(), {"pushes", 1, INT64_MAX, 10});
  auto held = TakeAll(turns, "user 1");
  CHECK(held.size() == 1);
  MUST_FAIL(turns.Take("user 2"), Errc::Unavailable);
  held.clear();
  MUST(turns.Take("user 2"));
}

TEST_CASE("OneClientHasAtMostItsShareWhereThereIsNoOtherEnd") {
  SharedTurns turns(SystemClock(), {"pushes", INT64_MAX, 4, 10});
  for (const auto* client : {"user 1", "user 2", "user 3"}) {
    CHECK(TakeAll(turns, client).size() == 4);
  }
}

TEST_CASE("ATurnThatIsGivenBackGoesToWhoMayHaveIt") {
  SharedTurns turns(SystemClock(), {"pushes", 2});
  auto first = MUST(turns.Take("user 1"));
  auto second = MUST(turns.Take("user 2"));
  std::thread same([&] { MUST(turns.Take("user 2")); });
  std::thread other([&] { MUST(turns.Take("user 3")); });
  first.reset();
  other.join();  // though "user 2" waited, perhaps before
  second.reset();
  same.join();
}

TEST_CASE("ThoseOfOneClientGoInTheOrderTheyCame") {
  SharedTurns turns(SystemClock(), {"pushes", 2});
  auto held = MUST(turns.Take("192.0.2.1"));
  Mutex mutex;
  std::vector<int> order;
  std::vector<std::thread> waiting;
  for (int i = 0; i < 5; ++i) {
    waiting.emplace_back([&, i] {
      const auto turn = MUST(turns.Take("192.0.2.1"));
      const MutexLock lock(mutex);
      order.push_back(i);
    });
    SystemClock().SleepMs(100);
  }
  held.reset();
  for (auto& one : waiting) one.join();
  CHECK(order == std::vector<int>{0, 1, 2, 3, 4});
}
